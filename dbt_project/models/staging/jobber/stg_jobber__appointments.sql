with visits as (
    select
        platform, account_id, native_id as job_native_id, job_status, job, {{ json_elements('job.visits.nodes') }} as visit,
        removed_at, changed_at
    from {{ ref('base_jobber__jobs') }}
)

select
    {{ entity_key('platform', 'account_id', 'visit.id') }} as appointment_key,
    platform,
    account_id,
    visit.id as native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('visit.createdAt') }} as created_at,
    cast(null as timestamp) as updated_at,
    removed_at is not null as is_deleted,
    {{ entity_key('platform', 'account_id', 'job_native_id') }} as job_key,
    {{ utc_timestamp('visit.startAt') }} as starts_at,
    {{ utc_timestamp('visit.endAt') }} as ends_at,
    cast(null as timestamp) as window_starts_at,
    cast(null as timestamp) as window_ends_at,
    -- An unfinished visit of a closed job did not take place.
    case
        when job.jobStatus = 'archived' and coalesce(visit.isComplete, 'false') <> 'true' then 'canceled'
        else {{ canonical_value('jobber', 'visit.visitStatus', 'visit.visitStatus') }}
    end as appointment_status,
    visit.visitStatus as vendor_visit_status,
    {{ entity_key('platform', 'account_id', 'visit.assignedUsers.nodes[1].id') }} as technician_key,
    {{ json_object({
        'is_all_day': 'cast(visit.allDay as boolean)',
        'completed_at': 'visit.completedAt',
        'assigned_users': 'visit.assignedUsers.nodes'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from visits
