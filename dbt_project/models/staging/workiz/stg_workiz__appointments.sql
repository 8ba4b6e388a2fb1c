-- A job has one visit, its own slot.
with jobs as (
    select * from {{ ref('base_workiz__jobs') }} where scheduled_start_at is not null
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as appointment_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    status_changed_at as updated_at,
    removed_at is not null as is_deleted,
    {{ entity_key('platform', 'account_id', 'native_id') }} as job_key,
    scheduled_start_at as starts_at,
    scheduled_end_at as ends_at,
    cast(null as timestamp) as window_starts_at,
    cast(null as timestamp) as window_ends_at,
    case status
        when 'in_progress' then 'working'
        when 'completed' then 'done'
        else status
    end as appointment_status,
    {{ entity_key('platform', 'account_id', 'technician_native_id') }} as technician_key,
    cast(null as varchar) as vendor_attributes,
    changed_at as _loaded_at
from jobs
