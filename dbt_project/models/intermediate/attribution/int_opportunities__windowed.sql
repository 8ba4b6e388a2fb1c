-- How far back an opportunity looks, by its trade; whether it is repeat business, and what came before it. One row per
-- chain of jobs.
with opportunities as (
    select distinct
        opportunity_key,
        opportunity_at,
        opportunity_trade,
        is_retention
    from {{ ref('int_conversions__identified') }}
    where conversion_kind = 'job'
)

select
    opportunities.opportunity_key,
    roots.brand_key,
    roots.household_key,
    {{ population_key('roots.brand_key', 'opportunities.opportunity_at') }} as population_key,
    opportunities.opportunity_at,
    opportunities.is_retention,
    lag(opportunities.opportunity_at) over (
        partition by roots.household_key, roots.brand_key
        order by opportunities.opportunity_at, opportunities.opportunity_key
    ) as previous_opportunity_at,
    cast(coalesce(by_trade.value, by_default.value) as integer) as window_days,
    opportunities.opportunity_at
    - cast(coalesce(by_trade.value, by_default.value) as integer) * interval '1 day' as window_starts_at
from opportunities
inner join {{ ref('int_jobs__enriched') }} as roots on roots.job_key = opportunities.opportunity_key
left join {{ ref('stg_operator__settings') }} as by_trade
    on by_trade.key = 'attribution.window_days.' || opportunities.opportunity_trade
left join {{ ref('stg_operator__settings') }} as by_default
    on by_default.key = 'attribution.window_days.default'
