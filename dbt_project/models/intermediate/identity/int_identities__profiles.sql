-- What one record says of one person, field by field, for comparisons that no single shared value decides.
-- Records that say exactly the same are compared once: the rules join them already, where anything joins them.
with contacts as (
    select
        owner_key as record_key,
        list(distinct normalized_value order by normalized_value) filter (where contact_kind = 'phone') as phones,
        list(distinct normalized_value order by normalized_value) filter (where contact_kind = 'email') as emails
    from {{ ref('int_contact_points__normalized') }}
    where is_evidence
    group by owner_key
),

first_places as (
    select owner_key as record_key, house_number, street, unit, postal_code, city
    from {{ ref('int_locations__normalized') }}
    qualify row_number() over (partition by owner_key order by location_key) = 1
),

-- A business is one by its name and number, which the rules compare; spelling says little about it.
profiles as (
    select
        records.record_key,
        records.given_name,
        records.given_roots,
        records.surname,
        records.surname_words,
        records.business_name,
        records.is_ambiguous_person,
        contacts.phones,
        contacts.phones[1] as phone,
        contacts.emails,
        contacts.emails[1] as email,
        first_places.house_number,
        first_places.street,
        first_places.unit,
        first_places.postal_code,
        first_places.city
    from {{ ref('int_identities__records') }} as records
    left join contacts on contacts.record_key = records.record_key
    left join first_places on first_places.record_key = records.record_key
    where records.business_name is null
)

select *
from profiles
qualify row_number() over (
    partition by given_name, surname, phones, emails, house_number, street, unit, postal_code, city
    order by record_key
) = 1
