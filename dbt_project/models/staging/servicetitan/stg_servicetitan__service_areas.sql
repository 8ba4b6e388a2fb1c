with zones as (
    select
        *,
        'servicetitan' as platform,
        {{ json_fields('payload', text_fields(['name', 'active', 'createdOn', 'modifiedOn'], {'zips': ['VARCHAR']})) }}
            as zone
    from {{ source('servicetitan', 'zones') }}
),

-- A postal code that is listed twice in one zone is one row.
postal_codes as (
    select distinct
        platform, account_id, native_id as zone_native_id, zone, removed_at, changed_at,
        trim({{ json_elements('zone.zips') }}) as postal_code
    from zones
)

select
    {{ entity_key('platform', 'account_id', "zone_native_id || '|' || postal_code") }} as service_area_key,
    platform,
    account_id,
    zone_native_id || '|' || postal_code as native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('zone.createdOn') }} as created_at,
    {{ utc_timestamp('zone.modifiedOn') }} as updated_at,
    removed_at is not null or not coalesce(cast(zone.active as boolean), true) as is_deleted,
    zone.name as zone_name,
    postal_code,
    {{ json_object({'zone_native_id': 'zone_native_id'}) }} as vendor_attributes,
    changed_at as _loaded_at
from postal_codes
