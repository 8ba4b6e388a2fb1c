-- One row per service address: the newest job's copy, of records that are gone last.
with ranked as (
    select
        *,
        row_number() over (
            partition by account_id, location_native_id
            order by removed_at is not null, booked_at desc, native_id
        ) as preference,
        min(booked_at) over (partition by account_id, location_native_id) as created_at,
        bool_and(removed_at is not null) over (partition by account_id, location_native_id) as is_deleted
    from {{ ref('base_workiz__jobs') }}
    where location_native_id is not null
)

select
    {{ entity_key('platform', 'account_id', 'location_native_id') }} as location_key,
    platform,
    account_id,
    location_native_id as native_id,
    cast(null as varchar) as native_url,
    created_at,
    cast(null as timestamp) as updated_at,
    is_deleted,
    {{ entity_key('platform', 'account_id', 'client_native_id') }} as customer_key,
    nullif(trim(job.Address), '') as street,
    nullif(trim(job.Unit), '') as unit,
    nullif(trim(job.City), '') as city,
    nullif(trim(job.State), '') as state,
    nullif(trim(job.PostalCode), '') as postal_code,
    nullif(trim(job.Country), '') as country,
    cast(nullif(job.Latitude, '') as double) as latitude,
    cast(nullif(job.Longitude, '') as double) as longitude,
    not is_deleted as is_active,
    cast(null as varchar) as merged_into_location_key,
    {{ json_object({'location_key': 'job.LocationKey', 'service_area': 'job.ServiceArea'}) }} as vendor_attributes,
    changed_at as _loaded_at
from ranked
where preference = 1
