-- A crew is sent to a place that the brand does not serve: a mistyped address, or a booking that should have been refused.
with judged_brands as (
    select distinct brand_key from {{ ref('int_brands__served_areas') }}
)

select
    'job' as entity,
    jobs.job_key as entity_key,
    jobs.platform,
    jobs.account_id,
    jobs.native_id,
    jobs.native_url,
    jobs.job_key,
    'a postal code that ' || valued.brand_key || ' serves' as expected,
    locations.postal_code as actual,
    cast(null as decimal(18, 2)) as difference_amount,
    valued.worth_amount as dollars_at_risk,
    valued.booked_on as occurred_on
from {{ ref('int_jobs__unioned') }} as jobs
inner join {{ ref('int_jobs__valued') }} as valued on valued.job_key = jobs.job_key
inner join judged_brands on judged_brands.brand_key = valued.brand_key
inner join {{ ref('int_locations__unioned') }} as locations on locations.location_key = jobs.location_key
left join {{ ref('int_brands__served_areas') }} as areas
    on areas.brand_key = valued.brand_key
    and areas.postal_code = left(trim(locations.postal_code), 5)
where not jobs.is_deleted
  and jobs.job_status <> 'canceled'
  and nullif(trim(locations.postal_code), '') is not null
  and areas.postal_code is null
