with parsed as (
    select
        *,
        'servicetitan' as platform,
        {{ json_fields('payload', text_fields(
            ['name', 'active', 'createdOn', 'modifiedOn', 'businessUnitId', 'mainZoneId', 'team'],
            {'positions': ['VARCHAR']}
        )) }} as technician
    from {{ source('servicetitan', 'technicians') }}
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as technician_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('technician.createdOn') }} as created_at,
    {{ utc_timestamp('technician.modifiedOn') }} as updated_at,
    removed_at is not null as is_deleted,
    technician.name as full_name,
    technician.positions[1] as role_name,
    cast(technician.active as boolean) as is_active,
    {{ json_object({
        'team': 'technician.team',
        'business_unit_native_id': 'technician.businessUnitId',
        'main_zone_native_id': 'technician.mainZoneId'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from parsed
