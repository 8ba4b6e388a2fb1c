-- Whom a work order is for whose report names no customer: the only customer with its phone, else with its e-mail.
with contacts as (
    select account_id, native_id, {{ phone_digits('phone') }} as contact from {{ ref('base_fieldedge__customers') }}
    union
    select account_id, native_id, {{ phone_digits('mobile_phone') }} from {{ ref('base_fieldedge__customers') }}
    union
    select account_id, native_id, {{ phone_digits('other_phone') }} from {{ ref('base_fieldedge__customers') }}
    union
    select account_id, native_id, lower(trim(email)) from {{ ref('base_fieldedge__customers') }}
)

select account_id, contact, min(native_id) as customer_native_id
from contacts
where contact is not null
group by account_id, contact
having count(*) = 1
