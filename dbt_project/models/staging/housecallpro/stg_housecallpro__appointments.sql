with jobs as (
    select
        *,
        {{ json_fields('payload', text_fields(
            ['work_status', 'created_at', 'updated_at'],
            {'schedule': {'appointments': [text_fields(
                ['id', 'start_time', 'end_time', 'anytime', 'arrival_window_minutes'],
                {'dispatched_employees_ids': ['VARCHAR']}
            )]}}
        )) }} as job
    from {{ source('housecallpro', 'jobs') }}
),

appointments as (
    select
        account_id,
        native_id as job_native_id,
        'housecallpro' as platform,
        job,
        {{ canonical_value('housecallpro', 'job.work_status', 'job.work_status') }} as job_status,
        {{ json_elements('job.schedule.appointments') }} as appointment,
        removed_at,
        changed_at
    from jobs
),

timed as (
    select
        *,
        {{ utc_timestamp('appointment.start_time') }} as starts_at,
        cast(appointment.arrival_window_minutes as integer) as window_minutes
    from appointments
)

select
    {{ entity_key('platform', 'account_id', 'appointment.id') }} as appointment_key,
    platform,
    account_id,
    appointment.id as native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    {{ utc_timestamp('job.updated_at') }} as updated_at,
    removed_at is not null as is_deleted,
    {{ entity_key('platform', 'account_id', 'job_native_id') }} as job_key,
    starts_at,
    {{ utc_timestamp('appointment.end_time') }} as ends_at,
    case when window_minutes > 0 then starts_at end as window_starts_at,
    case when window_minutes > 0 then starts_at + window_minutes * interval '1 minute' end as window_ends_at,
    -- A visit has no status of its own; the job's says what became of it.
    case job_status
        when 'unscheduled' then 'scheduled'
        when 'in_progress' then 'working'
        when 'completed' then 'done'
        else job_status
    end as appointment_status,
    {{ entity_key('platform', 'account_id', 'appointment.dispatched_employees_ids[1]') }} as technician_key,
    {{ json_object({'is_anytime': 'cast(appointment.anytime as boolean)'}) }} as vendor_attributes,
    changed_at as _loaded_at
from timed
