-- Where a request comes from, as far as anybody wrote it down, and whether the brand works there. One served postal code
-- among its records is enough, or among the homes that are known of the household: a CRM's contact has one address, and
-- whoever has moved or owns two homes asks about another one. A lead is missing here where no record tells, where the only
-- place told is the home at which another brand works for the household, or where nobody knows where the brand works.
with codes as (
    select grouped.lead_key, left(trim(leads.postal_code), 5) as postal_code
    from {{ ref('int_leads__unioned') }} as leads
    inner join {{ ref('int_lead_records__grouped') }} as grouped on grouped.record_key = leads.lead_key
    where not leads.is_deleted
      and nullif(trim(leads.postal_code), '') is not null
),

judged_brands as (
    select distinct brand_key from {{ ref('int_brands__served_areas') }}
),

households as (
    select record_key, household_key from {{ ref('int_identities__registered') }} where valid_to is null
),

served_households as (
    select distinct households.household_key, areas.brand_key
    from {{ ref('int_locations__normalized') }} as homes
    inner join households on households.record_key = homes.owner_key
    inner join {{ ref('int_brands__served_areas') }} as areas on areas.postal_code = homes.postal_code
    where not homes.is_deleted
),

-- What a CRM's contact kept of an earlier request to another brand says nothing of this one.
homes_of_other_brands as (
    select distinct households.household_key, homes.postal_code, areas.brand_key
    from {{ ref('int_locations__normalized') }} as homes
    inner join households on households.record_key = homes.owner_key
    inner join {{ ref('int_brands__served_areas') }} as areas on areas.postal_code = homes.postal_code
    where not homes.is_deleted
      and homes.owner_entity = 'customer'
),

matched as (
    select
        codes.lead_key,
        codes.postal_code,
        areas.postal_code is not null as is_served,
        served_households.household_key is not null as is_served_elsewhere
    from codes
    inner join {{ ref('int_leads__deduplicated') }} as leads on leads.lead_key = codes.lead_key
    inner join judged_brands on judged_brands.brand_key = leads.brand_key
    left join {{ ref('int_brands__served_areas') }} as areas
        on areas.brand_key = leads.brand_key
        and areas.postal_code = codes.postal_code
    left join served_households
        on served_households.household_key = leads.household_key
        and served_households.brand_key = leads.brand_key
    where areas.postal_code is not null
        or served_households.household_key is not null
        or not exists (
            select 1
            from homes_of_other_brands as known
            where known.household_key = leads.household_key
                and known.postal_code = codes.postal_code
                and known.brand_key <> leads.brand_key
        )
)

select
    lead_key,
    min(postal_code) filter (where is_served) as served_postal_code,
    min(postal_code) as postal_code,
    bool_or(is_served or is_served_elsewhere) as is_in_service_area
from matched
group by lead_key
