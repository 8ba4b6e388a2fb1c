with people as (
    select
        platform, account_id, native_id as owner_native_id, 'customer' as owner_entity, phone, mobile_phone,
        other_phone, email, created_at, is_gone, is_exported, changed_at
    from {{ ref('base_fieldedge__customers') }}

    union all

    select
        platform, account_id, native_id, 'lead', lead.customer.phone, null, null, lead.customer.email, posted_at,
        is_gone, true, changed_at
    from {{ ref('base_fieldedge__leads') }}
),

contact_points as (
    {%- for field, kind in
        [('phone', 'phone'), ('mobile_phone', 'phone'), ('other_phone', 'phone'), ('email', 'email')] %}
    select *, '{{ field }}' as field, '{{ kind }}' as contact_kind, {{ field }} as contact_value from people
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

identified as (
    select *, owner_native_id || '|' || field as native_id
    from contact_points
    where nullif(trim(contact_value), '') is not null
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as contact_point_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    created_at,
    cast(null as timestamp) as updated_at,
    is_gone as is_deleted,
    owner_entity,
    {{ entity_key('platform', 'account_id', 'owner_native_id') }} as owner_key,
    contact_kind,
    contact_value,
    {{ json_object({'field': 'field', 'is_exported': 'is_exported'}) }} as vendor_attributes,
    changed_at as _loaded_at
from identified
