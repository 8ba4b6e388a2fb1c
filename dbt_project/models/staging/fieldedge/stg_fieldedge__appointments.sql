with visits as (
    select * from {{ ref('base_fieldedge__work_orders') }}
    where scheduled_start_at is not null
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as appointment_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    is_gone as is_deleted,
    {{ entity_key('platform', 'account_id', 'native_id') }} as job_key,
    scheduled_start_at as starts_at,
    scheduled_end_at as ends_at,
    cast(null as timestamp) as window_starts_at,
    cast(null as timestamp) as window_ends_at,
    -- A visit has no status of its own; the work order's says what became of it.
    case job_status
        when 'unscheduled' then 'scheduled'
        when 'in_progress' then 'working'
        when 'completed' then 'done'
        else job_status
    end as appointment_status,
    {{ entity_key('platform', 'account_id', 'lower(technician)') }} as technician_key,
    {{ json_object({'is_exported': 'is_exported'}) }} as vendor_attributes,
    changed_at as _loaded_at
from visits
