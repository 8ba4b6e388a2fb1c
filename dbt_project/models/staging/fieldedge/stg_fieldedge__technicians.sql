-- Technicians as work orders name them; nothing tells who has left.
with technicians as (
    select
        platform,
        account_id,
        lower(technician) as native_id,
        min(technician) as full_name,
        min(changed_at) as first_seen_at
    from {{ ref('base_fieldedge__work_orders') }}
    where technician is not null
    group by all
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as technician_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    false as is_deleted,
    full_name,
    cast(null as varchar) as role_name,
    true as is_active,
    cast(null as varchar) as vendor_attributes,
    first_seen_at as _loaded_at
from technicians
