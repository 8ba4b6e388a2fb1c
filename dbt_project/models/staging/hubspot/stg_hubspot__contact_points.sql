with leads as (
    select
        account_id, native_id as lead_native_id, contact.createdAt as created_text, contact.updatedAt as updated_text,
        contact.properties as person, is_deleted, changed_at
    from {{ ref('base_hubspot__leads') }}
    where contact_id is not null
),

contact_points as (
    {%- for field, kind in [('mobilephone', 'phone'), ('phone', 'phone'), ('email', 'email')] %}
    select
        account_id, lead_native_id, '{{ field }}' as field, '{{ kind }}' as contact_kind,
        person.{{ field }} as contact_value, created_text, updated_text, is_deleted, changed_at
    from leads
    union all
    {%- endfor %}
    -- Earlier addresses, and those of contacts that were merged in.
    select distinct
        account_id, lead_native_id, 'hs_additional_emails', 'email',
        trim({{ json_elements("string_split(person.hs_additional_emails, ';')") }}), created_text, updated_text,
        is_deleted, changed_at
    from leads
),

identified as (
    select
        *,
        'hubspot' as platform,
        lead_native_id || '|' || field
            || case when field = 'hs_additional_emails' then '|' || lower(contact_value) else '' end as native_id
    from contact_points
    where nullif(trim(contact_value), '') is not null
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as contact_point_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('created_text') }} as created_at,
    {{ utc_timestamp('updated_text') }} as updated_at,
    is_deleted,
    'lead' as owner_entity,
    {{ entity_key('platform', 'account_id', 'lead_native_id') }} as owner_key,
    contact_kind,
    contact_value,
    {{ json_object({'field': 'field'}) }} as vendor_attributes,
    changed_at as _loaded_at
from identified
