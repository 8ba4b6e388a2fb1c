with exported as (
    select
        *,
        {{ json_fields('payload', text_fields(
            ['customer_id', 'street', 'unit', 'city', 'state', 'postal_code', 'is_active']
        )) }} as location
    from {{ source('fieldedge', 'exported_locations') }}
),

locations as (
    select
        account_id, native_id, location.customer_id as customer_native_id, location.street, location.unit,
        location.city, location.state, location.postal_code,
        coalesce(location.is_active = 'false', false) as is_inactive, true as is_exported, changed_at
    from exported

    union all

    -- Of a customer whom only a look-up knows there is one address.
    select
        account_id, 'customer|' || native_id, native_id, street, unit, city, state, postal_code, false, false,
        changed_at
    from {{ ref('base_fieldedge__customers') }}
    where not is_exported and street is not null
),

identified as (
    select *, 'fieldedge' as platform from locations
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as location_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    false as is_deleted,
    {{ entity_key('platform', 'account_id', 'customer_native_id') }} as customer_key,
    street,
    unit,
    city,
    state,
    postal_code,
    cast(null as varchar) as country,
    cast(null as double) as latitude,
    cast(null as double) as longitude,
    not is_inactive as is_active,
    cast(null as varchar) as merged_into_location_key,
    {{ json_object({'is_exported': 'is_exported'}) }} as vendor_attributes,
    changed_at as _loaded_at
from identified
