with clients as (
    select * from {{ ref('base_jobber__clients') }}
),

requests as (
    select
        *, {{ json_fields('payload', text_fields(['email', 'phone', 'createdAt', 'updatedAt'])) }} as request
    from {{ source('jobber', 'requests') }}
),

phones as (
    select *, {{ json_elements('client.phones') }} as phone from clients
),

emails as (
    select *, {{ json_elements('client.emails') }} as email from clients
),

-- A request keeps what was typed into it, whoever its client is on file as.
contact_points as (
    select
        account_id, native_id as owner_native_id, 'customer' as owner_entity, phone.id as part, 'phone' as contact_kind,
        phone.number as contact_value, phone.description as label, phone.primary as is_primary, client.createdAt as created_at,
        client.updatedAt as updated_at, removed_at, changed_at
    from phones

    union all

    select
        account_id, native_id, 'customer', email.id, 'email', email.address, email.description, email.primary,
        client.createdAt, client.updatedAt, removed_at, changed_at
    from emails

    {% for field in ['phone', 'email'] -%}
    union all

    select
        account_id, native_id, 'lead', '{{ field }}', '{{ field }}', request.{{ field }}, null, null,
        request.createdAt, request.updatedAt, removed_at, changed_at
    from requests
    where trim(coalesce(request.{{ field }}, '')) <> ''
    {% endfor %}
),

identified as (
    select *, 'jobber' as platform, owner_native_id || '|' || part as native_id from contact_points
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as contact_point_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('updated_at') }} as updated_at,
    removed_at is not null as is_deleted,
    owner_entity,
    {{ entity_key('platform', 'account_id', 'owner_native_id') }} as owner_key,
    contact_kind,
    contact_value,
    {{ json_object({'label': 'label', 'is_primary': 'cast(is_primary as boolean)'}) }} as vendor_attributes,
    changed_at as _loaded_at
from identified
