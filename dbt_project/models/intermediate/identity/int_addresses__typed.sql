-- Every address that some system ties to a customer or lead record, as typed.
with addresses as (
    select location_key, 'customer' as owner_entity, customer_key as owner_key, street, unit, city, state, postal_code, is_deleted
    from {{ ref('int_locations__unioned') }}
    where customer_key is not null
    union all
    select md5('lead|address|' || lead_key), 'lead', lead_key, street, unit, city, state, postal_code, is_deleted
    from {{ ref('int_leads__unioned') }}
)

select
    location_key,
    owner_entity,
    owner_key,
    street,
    unit,
    city,
    state,
    postal_code,
    md5(concat_ws('|', lower(trim(street)), coalesce(lower(trim(unit)), ''), left(coalesce(trim(postal_code), ''), 5),
        lower(coalesce(trim(city), '')), lower(coalesce(trim(state), '')))) as address_text_key,
    is_deleted
from addresses
where trim(coalesce(street, '')) <> ''
