-- An address is comparable only with a house number and a ZIP (or, where the ZIP is missing, city and state):
-- "Oak Street" alone is no place. Two keys: the building, and the dwelling in it.
with placed as (
    select
        typed.location_key,
        typed.owner_entity,
        typed.owner_key,
        parsed.house_number,
        parsed.street,
        parsed.unit,
        parsed.postal_code,
        lower(trim(typed.city)) as city,
        upper(trim(typed.state)) as state,
        case
            when parsed.house_number is null then null
            else coalesce(parsed.postal_code, lower(trim(typed.city)) || ' ' || lower(trim(typed.state)))
        end as area,
        typed.is_deleted
    from {{ ref('int_addresses__typed') }} as typed
    left join {{ ref('int_addresses__parsed') }} as parsed on parsed.address_text_key = typed.address_text_key
)

select
    location_key,
    owner_entity,
    owner_key,
    house_number,
    street,
    unit,
    city,
    state,
    postal_code,
    area,
    house_number || ' ' || street || ', ' || area as building_address,
    house_number || ' ' || street || coalesce(' #' || unit, '') || ', ' || area as full_address,
    area is not null as is_evidence,
    is_deleted
from placed
