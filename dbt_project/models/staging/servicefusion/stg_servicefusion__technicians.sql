with parsed as (
    select
        *,
        'servicefusion' as platform,
        {{ json_fields('payload', text_fields(
            ['first_name', 'last_name', 'title', 'department', 'is_sales_rep', 'is_field_worker', 'created_at', 'updated_at']
        )) }} as technician
    from {{ source('servicefusion', 'techs') }}
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as technician_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('technician.created_at') }} as created_at,
    {{ utc_timestamp('technician.updated_at') }} as updated_at,
    removed_at is not null as is_deleted,
    concat_ws(' ', technician.first_name, technician.last_name) as full_name,
    coalesce(nullif(technician.title, ''), nullif(technician.department, '')) as role_name,
    -- Former technicians stay in the list, and nothing tells them from the others.
    cast(null as boolean) as is_active,
    {{ json_object({
        'is_sales_rep': 'cast(technician.is_sales_rep as boolean)',
        'is_field_worker': 'cast(technician.is_field_worker as boolean)'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from parsed
