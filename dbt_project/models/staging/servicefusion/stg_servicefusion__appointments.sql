-- Visits have no ids and no status that was ever seen filled: the day, the hour and a count tell them apart, and the job
-- says what became of them. A job on the calendar without visits is one visit.
with jobs as (
    select * from {{ ref('base_servicefusion__jobs') }}
),

visits as (
    select
        account_id, native_id as job_native_id, platform, timezone, job_status, updated_at,
        removed_at is not null as is_deleted, changed_at, job.techs_assigned as crew,
        {{ json_elements('job.visits') }} as visit
    from jobs
),

slots as (
    select
        account_id, job_native_id, platform, timezone, job_status, updated_at, is_deleted, changed_at,
        visit.start_date[:10] as visit_day, visit.time_frame_promised_start as window_start,
        visit.time_frame_promised_end as window_end, visit.duration as duration_seconds,
        coalesce(visit.techs_assigned[1].id, crew[1].id) as technician_native_id, visit.status as visit_status
    from visits

    union all

    select
        account_id, native_id, platform, timezone, job_status, updated_at, removed_at is not null, changed_at,
        job.start_date[:10], job.time_frame_promised_start, job.time_frame_promised_end, job.duration,
        job.techs_assigned[1].id, null
    from jobs
    where coalesce(len(job.visits), 0) = 0 and nullif(job.start_date, '') is not null
),

numbered as (
    select
        *,
        row_number() over (
            partition by account_id, job_native_id, visit_day, window_start
            order by window_end, duration_seconds, technician_native_id
        ) as repetition
    from slots
),

timed as (
    select
        *,
        concat_ws('|', job_native_id, visit_day, coalesce(window_start, ''), repetition) as native_id,
        {{ utc_from_local("visit_day || ' ' || coalesce(window_start, '00:00')", 'timezone') }} as starts_at,
        case when window_start is not null then {{ utc_from_local("visit_day || ' ' || window_end", 'timezone') }} end
            as window_ends_at
    from numbered
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as appointment_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    updated_at,
    is_deleted,
    {{ entity_key('platform', 'account_id', 'job_native_id') }} as job_key,
    starts_at,
    starts_at + cast(duration_seconds as integer) * interval '1 second' as ends_at,
    case when window_start is not null then starts_at end as window_starts_at,
    window_ends_at,
    case job_status
        when 'unscheduled' then 'scheduled'
        when 'in_progress' then 'working'
        when 'completed' then 'done'
        else job_status
    end as appointment_status,
    {{ entity_key('platform', 'account_id', 'technician_native_id') }} as technician_key,
    {{ json_object({'visit_status': 'visit_status'}) }} as vendor_attributes,
    changed_at as _loaded_at
from timed
