{%- set address_fields = text_fields(
    ['id', 'type', 'street', 'street_line_2', 'city', 'state', 'zip', 'country', 'latitude', 'longitude']
) -%}

with customers as (
    select
        account_id, native_id,
        {{ json_fields('payload', {'addresses': [address_fields], 'created_at': 'VARCHAR', 'updated_at': 'VARCHAR'}) }}
            as customer,
        removed_at, changed_at
    from {{ source('housecallpro', 'customers') }}
),

jobs as (
    select
        account_id,
        {{ json_fields('payload', {
            'customer': text_fields(['id']), 'address': address_fields, 'created_at': 'VARCHAR', 'updated_at': 'VARCHAR'
        }) }} as job,
        changed_at
    from {{ source('housecallpro', 'jobs') }}
),

listed as (
    select
        account_id, native_id as customer_native_id, {{ json_elements('customer.addresses') }} as address,
        customer.created_at, customer.updated_at, removed_at is not null as is_deleted, true as is_listed, changed_at
    from customers
),

-- The address of a job stays on the job when its customer is gone from the listing.
embedded as (
    select
        account_id, job.customer.id as customer_native_id, job.address as address,
        job.created_at, job.updated_at, true as is_deleted, false as is_listed, changed_at
    from jobs
),

-- One row per address: the customer's own copy before a job's, the newest first.
ranked as (
    select
        *,
        'housecallpro' as platform,
        row_number() over (
            partition by account_id, address.id order by is_listed desc, updated_at desc, customer_native_id
        ) as preference
    from (select * from listed union all select * from embedded)
    where address.id is not null
)

select
    {{ entity_key('platform', 'account_id', 'address.id') }} as location_key,
    platform,
    account_id,
    address.id as native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('updated_at') }} as updated_at,
    is_deleted,
    {{ entity_key('platform', 'account_id', 'customer_native_id') }} as customer_key,
    address.street,
    address.street_line_2 as unit,
    address.city,
    address.state,
    address.zip as postal_code,
    address.country,
    cast(address.latitude as double) as latitude,
    cast(address.longitude as double) as longitude,
    not is_deleted as is_active,
    cast(null as varchar) as merged_into_location_key,
    {{ json_object({'address_type': 'address.type', 'is_listed': 'is_listed'}) }} as vendor_attributes,
    changed_at as _loaded_at
from ranked
where preference = 1
