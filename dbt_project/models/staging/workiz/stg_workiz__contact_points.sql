-- Every number and address that any copy of a customer shows, once: an old number still says who somebody is.
with customers as (
    {%- for field, kind in [('phone', 'phone'), ('second_phone', 'phone'), ('email', 'email')] %}
    select
        platform, account_id, native_id as owner_native_id, 'customer' as owner_entity, '{{ kind }}' as contact_kind,
        trim({{ field }}) as contact_value, copied_at as created_at, removed_at, changed_at, '' as field
    from {{ ref('base_workiz__customers') }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

leads as (
    {%- for field, kind in [('Phone', 'phone'), ('SecondPhone', 'phone'), ('Email', 'email')] %}
    select
        platform, account_id, native_id as owner_native_id, 'lead' as owner_entity, '{{ kind }}' as contact_kind,
        trim(lead.{{ field }}) as contact_value, created_at, removed_at, changed_at, '{{ field }}' as field
    from {{ ref('base_workiz__leads') }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

contact_points as (
    select
        platform, account_id, owner_native_id, owner_entity, contact_kind, contact_value,
        min(created_at) as created_at,
        bool_and(removed_at is not null) as is_deleted,
        min(changed_at) as changed_at,
        owner_native_id || '|'
        || case when owner_entity = 'lead' then field else contact_kind || '|' || contact_value end as native_id
    from (select * from customers union all select * from leads)
    where nullif(contact_value, '') is not null
    group by platform, account_id, owner_native_id, owner_entity, contact_kind, contact_value, field
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as contact_point_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    created_at,
    cast(null as timestamp) as updated_at,
    is_deleted,
    owner_entity,
    {{ entity_key('platform', 'account_id', 'owner_native_id') }} as owner_key,
    contact_kind,
    contact_value,
    cast(null as varchar) as vendor_attributes,
    changed_at as _loaded_at
from contact_points
