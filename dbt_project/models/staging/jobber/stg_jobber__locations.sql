with properties as (
    select
        *,
        'jobber' as platform,
        {{ json_fields('payload', text_fields(['jobberWebUri'], {
            'client': text_fields(['id']),
            'address': text_fields(['street1', 'street2', 'city', 'province', 'postalCode', 'country'])
        })) }} as property
    from {{ source('jobber', 'properties') }}
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as location_key,
    platform,
    account_id,
    native_id,
    property.jobberWebUri as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    removed_at is not null as is_deleted,
    {{ entity_key('platform', 'account_id', 'property.client.id') }} as customer_key,
    nullif(property.address.street1, '') as street,
    nullif(property.address.street2, '') as unit,
    nullif(property.address.city, '') as city,
    nullif(property.address.province, '') as state,
    nullif(property.address.postalCode, '') as postal_code,
    nullif(property.address.country, '') as country,
    cast(null as double) as latitude,
    cast(null as double) as longitude,
    removed_at is null as is_active,
    cast(null as varchar) as merged_into_location_key,
    cast(null as varchar) as vendor_attributes,
    changed_at as _loaded_at
from properties
