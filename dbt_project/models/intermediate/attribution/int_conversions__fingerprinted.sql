-- What decides the credit of each conversion, as two numbers: when one of them moves, its rows are made anew, and else they
-- stay as they are. The tables that keep rows carry the number under which these were made.
with settings as (
    select sum(hash(key, value)) as fingerprint from {{ ref('stg_operator__settings') }} where key like 'attribution.%'
),

models as (
    select sum(hash(model, sort_order)) as fingerprint from {{ ref('attribution_models') }}
),

channel_values as (
    select population_key, sum(hash(channel, path_weight)) as fingerprint
    from {{ ref('int_channels__valued') }}
    group by population_key
),

-- What a channel is worth to the population matters only where two of them share a booking.
mixed as (
    select opportunity_key
    from {{ ref('int_opportunities__touched') }}
    where touch_count > 1
    group by opportunity_key
    having min(channel) <> max(channel)
),

opportunities as (
    select
        windowed.opportunity_key,
        populations.markov_guard,
        populations.shapley_guard,
        hash(
            windowed.path_fingerprint,
            populations.markov_guard,
            populations.shapley_guard,
            case when mixed.opportunity_key is not null then channel_values.fingerprint end,
            settings.fingerprint,
            models.fingerprint
        ) as weight_fingerprint
    from {{ ref('int_opportunities__windowed') }} as windowed
    left join {{ ref('int_populations__guarded') }} as populations
        on populations.population_key = windowed.population_key
    left join channel_values on channel_values.population_key = windowed.population_key
    left join mixed on mixed.opportunity_key = windowed.opportunity_key
    cross join settings
    cross join models
),

entries as (
    select
        conversion_key,
        sum(hash(entry_key, entry_type, is_reversal, amount, event_at, event_on)) as fingerprint
    from {{ ref('int_revenue_entries__unioned') }}
    where is_revenue
    group by conversion_key
)

select
    conversions.conversion_key,
    conversions.opportunity_key,
    opportunities.weight_fingerprint,
    hash(
        '{{ attribution_recipe() }}',
        conversions,
        opportunities.weight_fingerprint,
        models.fingerprint,
        served.first_completed_at,
        entries.fingerprint
    ) as credit_fingerprint
from {{ ref('int_conversions__identified') }} as conversions
left join opportunities on opportunities.opportunity_key = conversions.opportunity_key
left join {{ ref('int_households__served') }} as served on served.household_key = conversions.household_key
left join entries on entries.conversion_key = conversions.conversion_key
cross join models
