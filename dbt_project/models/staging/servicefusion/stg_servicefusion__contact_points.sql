-- Contacts have no ids, and their places in the list move: a number or address is known by its own text.
with contacts as (
    select account_id, native_id as customer_native_id, is_deleted, changed_at, {{ json_elements('contacts') }} as contact
    from {{ ref('base_servicefusion__customers') }}
),

phones as (
    select
        account_id, customer_native_id, is_deleted, changed_at, contact.fname, contact.lname,
        {{ json_elements('contact.phones') }} as phone
    from contacts
),

emails as (
    select
        account_id, customer_native_id, is_deleted, changed_at, contact.fname, contact.lname,
        {{ json_elements('contact.emails') }} as email
    from contacts
),

contact_points as (
    select
        account_id, customer_native_id, is_deleted, changed_at, fname, lname, 'phone' as contact_kind,
        phone.phone as contact_value, phone.type as label, phone.created_at, phone.updated_at
    from phones
    union all
    select
        account_id, customer_native_id, is_deleted, changed_at, fname, lname, 'email', email.email, email.class,
        email.created_at, email.updated_at
    from emails
),

numbered as (
    select
        *,
        customer_native_id || '|' || contact_kind || '|' || {{ text_hash(['contact_value']) }} as text_native_id,
        row_number() over (
            partition by account_id, customer_native_id, contact_kind, lower(trim(contact_value))
            order by created_at, fname, lname
        ) as repetition
    from contact_points
    where nullif(trim(contact_value), '') is not null
),

identified as (
    select
        *,
        'servicefusion' as platform,
        text_native_id || case when repetition > 1 then '|' || repetition else '' end as native_id
    from numbered
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
    'customer' as owner_entity,
    {{ entity_key('platform', 'account_id', 'customer_native_id') }} as owner_key,
    contact_kind,
    contact_value,
    {{ json_object({'label': 'label', 'contact_first_name': 'fname', 'contact_last_name': 'lname'}) }}
        as vendor_attributes,
    changed_at as _loaded_at
from identified
