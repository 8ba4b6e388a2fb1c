-- How far back an opportunity looks, by its trade, and whether it is repeat business. One row per chain of jobs.
select distinct
    conversions.opportunity_key,
    conversions.brand_key,
    roots.household_key,
    conversions.opportunity_at,
    conversions.is_retention,
    cast(coalesce(by_trade.value, by_default.value) as integer) as window_days,
    conversions.opportunity_at
    - cast(coalesce(by_trade.value, by_default.value) as integer) * interval '1 day' as window_starts_at
from {{ ref('int_conversions__identified') }} as conversions
inner join {{ ref('int_jobs__enriched') }} as roots on roots.job_key = conversions.opportunity_key
left join {{ ref('stg_operator__settings') }} as by_trade
    on by_trade.key = 'attribution.window_days.' || conversions.opportunity_trade
left join {{ ref('stg_operator__settings') }} as by_default
    on by_default.key = 'attribution.window_days.default'
