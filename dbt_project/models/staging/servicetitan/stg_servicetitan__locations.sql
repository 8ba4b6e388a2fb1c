with parsed as (
    select
        *,
        'servicetitan' as platform,
        {{ json_fields('payload', text_fields(
            ['customerId', 'active', 'name', 'createdOn', 'modifiedOn', 'mergedToId', 'zoneId', 'taxZoneId'],
            {'address': text_fields(['street', 'unit', 'city', 'state', 'zip', 'country', 'latitude', 'longitude'])}
        )) }} as location
    from {{ source('servicetitan', 'locations') }}
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as location_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('location.createdOn') }} as created_at,
    {{ utc_timestamp('location.modifiedOn') }} as updated_at,
    removed_at is not null as is_deleted,
    {{ entity_key('platform', 'account_id', 'location.customerId') }} as customer_key,
    location.address.street,
    location.address.unit,
    location.address.city,
    location.address.state,
    location.address.zip as postal_code,
    location.address.country,
    cast(location.address.latitude as double) as latitude,
    cast(location.address.longitude as double) as longitude,
    cast(location.active as boolean) as is_active,
    {{ entity_key('platform', 'account_id', 'location.mergedToId') }} as merged_into_location_key,
    {{ json_object({'name': 'location.name', 'zone_native_id': 'location.zoneId'}) }} as vendor_attributes,
    changed_at as _loaded_at
from parsed
