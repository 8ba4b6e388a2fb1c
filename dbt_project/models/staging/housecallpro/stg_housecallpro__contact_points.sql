with customers as (
    select
        account_id, native_id as owner_native_id, 'customer' as owner_entity, customer as person, is_deleted,
        is_listed, changed_at
    from {{ ref('base_housecallpro__customers') }}
),

-- A lead embeds whom it came from; until it is won that person need not be a customer anywhere else.
leads as (
    select
        account_id, native_id as owner_native_id, 'lead' as owner_entity,
        {{ json_fields('payload', {'customer': text_fields(
            ['email', 'mobile_number', 'home_number', 'work_number', 'created_at', 'updated_at']
        )}) }} as lead,
        removed_at is not null as is_deleted, true as is_listed, changed_at
    from {{ source('housecallpro', 'leads') }}
),

people as (
    select
        account_id, owner_native_id, owner_entity, is_deleted, is_listed, changed_at, person.email,
        person.mobile_number, person.home_number, person.work_number, person.created_at, person.updated_at
    from customers
    union all
    select
        account_id, owner_native_id, owner_entity, is_deleted, is_listed, changed_at, lead.customer.email,
        lead.customer.mobile_number, lead.customer.home_number, lead.customer.work_number,
        lead.customer.created_at, lead.customer.updated_at
    from leads
),

contact_points as (
    {%- for field, kind in
        [('mobile_number', 'phone'), ('home_number', 'phone'), ('work_number', 'phone'), ('email', 'email')] %}
    select *, '{{ field }}' as field, '{{ kind }}' as contact_kind, {{ field }} as contact_value from people
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

identified as (
    select *, 'housecallpro' as platform, owner_native_id || '|' || field as native_id
    from contact_points
    where nullif(trim(contact_value), '') is not null
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as contact_point_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('updated_at') }} as updated_at,
    is_deleted,
    owner_entity,
    {{ entity_key('platform', 'account_id', 'owner_native_id') }} as owner_key,
    contact_kind,
    contact_value,
    {{ json_object({'field': 'field', 'is_listed': 'is_listed'}) }} as vendor_attributes,
    changed_at as _loaded_at
from identified
