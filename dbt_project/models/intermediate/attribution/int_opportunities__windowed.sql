-- How far back an opportunity looks, by its trade; whether it is repeat business, and what came before it. One row per
-- chain of jobs. The fingerprint is of all that its path is made from, so that a day makes only the paths that moved.
with opportunities as (
    select distinct
        opportunity_key,
        opportunity_at,
        opportunity_trade,
        is_retention
    from {{ ref('int_conversions__identified') }}
    where conversion_kind = 'job'
),

touches as (
    select
        household_key,
        brand_key,
        opportunity_key,
        hash(
            touch_key, household_key, brand_key, opportunity_key, touch_at, touch_on, precedence, method, confidence,
            channel, campaign_name, marketing_source_key, is_marketing, has_lead_record
        ) as fingerprint
    from {{ ref('int_touches__resolved') }}
),

of_household as (
    select household_key, brand_key, sum(fingerprint) as fingerprint
    from touches
    group by household_key, brand_key
),

of_opportunity as (
    select opportunity_key, sum(fingerprint) as fingerprint
    from touches
    where opportunity_key is not null
    group by opportunity_key
),

windowed as (
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
)

select
    windowed.*,
    hash(
        '{{ attribution_recipe() }}',
        windowed.opportunity_key,
        windowed.brand_key,
        windowed.household_key,
        windowed.population_key,
        windowed.opportunity_at,
        windowed.is_retention,
        windowed.previous_opportunity_at,
        windowed.window_days,
        of_household.fingerprint,
        of_opportunity.fingerprint
    ) as path_fingerprint
from windowed
left join of_household
    on of_household.household_key = windowed.household_key
    and of_household.brand_key = windowed.brand_key
left join of_opportunity on of_opportunity.opportunity_key = windowed.opportunity_key
