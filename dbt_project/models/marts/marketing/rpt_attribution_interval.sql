-- Each channel's revenue as an interval over all readings of rpt_attribution_variants. The decision looked at: is the spend
-- earned back by first-time customers (margin where one is configured, else revenue)?
with spans as (
    select unnest(['month', 'quarter', 'year']) as span
),

readings as (
    select distinct model, window_rule from {{ ref('rpt_attribution_variants') }}
),

amounts as (
    select
        spans.span,
        cast(date_trunc(spans.span, variants.month_on) as date) as starts_on,
        variants.brand_key,
        variants.channel,
        variants.model,
        variants.window_rule,
        sum(variants.completed_amount) as completed_amount,
        sum(variants.first_time_completed_amount) as first_time_completed_amount
    from {{ ref('rpt_attribution_variants') }} as variants
    cross join spans
    group by 1, 2, 3, 4, 5, 6
),

spend as (
    select
        spans.span,
        cast(date_trunc(spans.span, spend.spend_on) as date) as starts_on,
        spend.brand_key,
        spend.channel,
        sum(spend.spend_amount) as spend_amount
    from {{ ref('fct_ad_spend') }} as spend
    cross join spans
    group by 1, 2, 3, 4
),

keys as (
    select span, starts_on, brand_key, channel from amounts
    union
    select span, starts_on, brand_key, channel from spend where spend_amount <> 0
),

-- A reading that gives a channel nothing is a reading too.
ranked as (
    select
        keys.*,
        readings.model,
        readings.window_rule,
        coalesce(amounts.completed_amount, 0) as completed_amount,
        coalesce(amounts.first_time_completed_amount, 0) as first_time_completed_amount,
        spend.spend_amount,
        rank() over (
            partition by keys.span, keys.starts_on, keys.brand_key, readings.model, readings.window_rule
            order by coalesce(amounts.completed_amount, 0) desc
        ) as revenue_rank,
        coalesce(amounts.first_time_completed_amount, 0)
            * coalesce({{ setting('attribution.gross_margin.default', 'decimal(5, 4)') }}, 1) >= spend.spend_amount as pays
    from keys
    cross join readings
    left join amounts
        on amounts.span = keys.span
        and amounts.starts_on = keys.starts_on
        and amounts.brand_key is not distinct from keys.brand_key
        and amounts.channel = keys.channel
        and amounts.model = readings.model
        and amounts.window_rule = readings.window_rule
    left join spend
        on spend.span = keys.span
        and spend.starts_on = keys.starts_on
        and spend.brand_key is not distinct from keys.brand_key
        and spend.channel = keys.channel
        and spend.spend_amount > 0
)

select
    span,
    starts_on,
    brand_key,
    channel,
    cast(count(*) as integer) as readings,
    cast(min(completed_amount) as decimal(18, 2)) as least_completed_amount,
    cast(max(completed_amount) as decimal(18, 2)) as most_completed_amount,
    cast(max(completed_amount) - min(completed_amount) as decimal(18, 2)) as spread_amount,
    min_by(model || ', ' || window_rule, (completed_amount, model, window_rule)) as least_reading,
    max_by(model || ', ' || window_rule, (completed_amount, model, window_rule)) as most_reading,
    cast(min(first_time_completed_amount) as decimal(18, 2)) as least_first_time_amount,
    cast(max(first_time_completed_amount) as decimal(18, 2)) as most_first_time_amount,
    cast(min(revenue_rank) as integer) as best_rank,
    cast(max(revenue_rank) as integer) as worst_rank,
    min(revenue_rank) <> max(revenue_rank) as rank_flips,
    cast(max(spend_amount) as decimal(18, 4)) as spend_amount,
    {{ ratio('min(first_time_completed_amount)', 'max(spend_amount)') }} as least_roas_first_time,
    {{ ratio('max(first_time_completed_amount)', 'max(spend_amount)') }} as most_roas_first_time,
    cast(count(*) filter (where pays) as integer) as readings_that_pay,
    bool_or(pays) and not bool_and(pays) as decision_flips
from ranked
group by span, starts_on, brand_key, channel
