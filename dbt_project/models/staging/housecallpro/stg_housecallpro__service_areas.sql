with zones as (
    select
        account_id, native_id,
        {{ json_fields('payload', text_fields(['name', 'coverage_type'], {'zip_codes': ['VARCHAR']})) }} as zone,
        removed_at, changed_at
    from {{ source('housecallpro', 'service_zones') }}
),

-- The company's own list of postal codes is a zone of its own: an account may keep one, the other, or both.
companies as (
    select
        account_id, native_id,
        {{ json_fields('payload', text_fields(['name'], {'service_areas_data': {'zip_codes': ['VARCHAR']}})) }}
            as company,
        removed_at, changed_at
    from {{ source('housecallpro', 'company') }}
),

postal_codes as (
    select distinct
        account_id, native_id as zone_native_id, zone.name as zone_name, zone.coverage_type,
        trim({{ json_elements('zone.zip_codes') }}) as postal_code, removed_at, changed_at
    from zones

    union all

    select distinct
        account_id, native_id, company.name, 'company',
        trim({{ json_elements('company.service_areas_data.zip_codes') }}), removed_at, changed_at
    from companies
),

identified as (
    select *, 'housecallpro' as platform, zone_native_id || '|' || postal_code as native_id from postal_codes
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as service_area_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    removed_at is not null as is_deleted,
    zone_name,
    postal_code,
    {{ json_object({'coverage_type': 'coverage_type'}) }} as vendor_attributes,
    changed_at as _loaded_at
from identified
