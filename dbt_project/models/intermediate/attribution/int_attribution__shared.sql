-- Conversion x touch x the models that share the conversion in the same way, with what fct_attribution shows: the same rows
-- before each is repeated for every one of its models. Most journeys are shared alike by all, so this is a sixth of them.
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='sync_all_columns',
    pre_hook="{{ forget_outdated('int_conversions__fingerprinted', 'credit_fingerprint') }}"
) }}
with credits as (
    select * from {{ ref('int_attribution__credited') }}
    where {{ is_outdated('fingerprint') }}
),

money as (
    select
        models,
        conversion_key,
        coalesce(touch_key, '') as credit_key,
        sum(case when entry_type = 'booked' and not is_reversal then amount else 0 end) as gross_booked_amount,
        sum(case when entry_type = 'booked' then amount else 0 end) as booked_amount,
        sum(case when entry_type = 'sold' then amount else 0 end) as sold_amount,
        sum(case when entry_type = 'completed' then amount else 0 end) as completed_amount,
        sum(case when entry_type = 'invoiced' then amount else 0 end) as invoiced_amount,
        sum(case when entry_type = 'collected' then amount else 0 end) as collected_amount
    from {{ ref('int_attribution__allocated') }}
    where {{ is_outdated('fingerprint') }}
    group by models, conversion_key, coalesce(touch_key, '')
)

select
    credits.models,
    credits.fingerprint,
    credits.conversion_key,
    conversions.conversion_kind,
    conversions.job_key,
    conversions.opportunity_key,
    conversions.platform,
    conversions.account_id,
    conversions.brand_key,
    conversions.household_key,
    conversions.trade,
    conversions.conversion_at,
    conversions.conversion_on,
    credits.touch_key,
    credits.touch_at,
    credits.touch_on,
    cast(credits.touch_position as integer) as touch_position,
    credits.marketing_source_key,
    credits.channel,
    credits.method,
    credits.confidence,
    credits.weight,
    credits.attribution_reason,
    {{ is_returning('served', 'credits', 'conversions') }} as is_returning,
    populations.markov_guard,
    populations.shapley_guard,
    cast(coalesce(money.gross_booked_amount, 0) as decimal(18, 2)) as gross_booked_amount,
    cast(coalesce(money.booked_amount, 0) as decimal(18, 2)) as booked_amount,
    cast(coalesce(money.sold_amount, 0) as decimal(18, 2)) as sold_amount,
    cast(coalesce(money.completed_amount, 0) as decimal(18, 2)) as completed_amount,
    cast(coalesce(money.invoiced_amount, 0) as decimal(18, 2)) as invoiced_amount,
    cast(coalesce(money.collected_amount, 0) as decimal(18, 2)) as collected_amount
from credits
inner join {{ ref('int_conversions__identified') }} as conversions
    on conversions.conversion_key = credits.conversion_key
left join {{ ref('int_households__served') }} as served on served.household_key = conversions.household_key
left join {{ ref('int_opportunities__windowed') }} as opportunities
    on opportunities.opportunity_key = conversions.opportunity_key
left join {{ ref('int_populations__guarded') }} as populations
    on populations.population_key = opportunities.population_key
left join money
    on money.models = credits.models
    and money.conversion_key = credits.conversion_key
    and money.credit_key = coalesce(credits.touch_key, '')
