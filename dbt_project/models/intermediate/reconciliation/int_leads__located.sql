-- Where a request comes from, as far as anybody wrote it down, and whether the brand works there. One served postal code
-- among its records is enough. Null: no record tells, or nobody knows where the brand works.
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

matched as (
    select
        codes.lead_key,
        codes.postal_code,
        areas.postal_code is not null as is_served
    from codes
    inner join {{ ref('int_leads__deduplicated') }} as leads on leads.lead_key = codes.lead_key
    inner join judged_brands on judged_brands.brand_key = leads.brand_key
    left join {{ ref('int_brands__served_areas') }} as areas
        on areas.brand_key = leads.brand_key
        and areas.postal_code = codes.postal_code
)

select
    lead_key,
    min(postal_code) filter (where is_served) as served_postal_code,
    min(postal_code) as postal_code,
    max(case when is_served then 1 else 0 end) = 1 as is_in_service_area
from matched
group by lead_key
