-- Addresses have no ids either: one is known by its customer and its text. A job's site that its customer does not list
-- (any more) is an address all the same.
with listed as (
    select
        account_id, native_id as customer_native_id, is_deleted, changed_at, {{ json_elements('locations') }} as place
    from {{ ref('base_servicefusion__customers') }}
),

listed_places as (
    select
        account_id, customer_native_id, place.street_1, place.street_2, place.city, place.state_prov,
        place.postal_code, place.country, place.latitude, place.longitude, place.location_type, place.nickname,
        place.created_at, place.updated_at,
        customer_native_id || '|' || {{ text_hash(
            ['place.street_1', 'place.street_2', 'place.city', 'place.state_prov', 'place.postal_code']
        ) }} as text_native_id,
        is_deleted, true as is_listed, changed_at
    from listed
),

site_places as (
    select
        account_id, customer_native_id, work.street_1, work.street_2, work.city, work.state_prov, work.postal_code,
        cast(null as varchar) as country, cast(null as varchar) as latitude, cast(null as varchar) as longitude,
        cast(null as varchar) as location_type, cast(null as varchar) as nickname, work.created_at, work.updated_at,
        location_native_id as text_native_id, true as is_deleted, false as is_listed, changed_at
    from {{ ref('base_servicefusion__owners') }}
    where location_native_id is not null
),

-- All that a customer lists, and of a site that it does not list the newest copy.
numbered as (
    select
        *,
        row_number() over (
            partition by account_id, text_native_id order by is_listed desc, updated_at desc, created_at, street_1
        ) as repetition
    from (select * from listed_places union all select * from site_places)
),

identified as (
    select
        *,
        'servicefusion' as platform,
        text_native_id || case when repetition > 1 then '|' || repetition else '' end as native_id
    from numbered
    where is_listed or repetition = 1
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as location_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('updated_at') }} as updated_at,
    is_deleted,
    {{ entity_key('platform', 'account_id', 'customer_native_id') }} as customer_key,
    street_1 as street,
    street_2 as unit,
    city,
    state_prov as state,
    postal_code,
    country,
    cast(latitude as double) as latitude,
    cast(longitude as double) as longitude,
    not is_deleted as is_active,
    cast(null as varchar) as merged_into_location_key,
    {{ json_object({'location_type': 'location_type', 'nickname': 'nickname', 'is_listed': 'is_listed'}) }}
        as vendor_attributes,
    changed_at as _loaded_at
from identified
