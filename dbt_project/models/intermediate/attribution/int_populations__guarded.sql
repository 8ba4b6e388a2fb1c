-- Whether there is enough to learn from. Where there is not, the model shares like `linear`, and the reason is shown
-- beside every row that it touches.
with counted as (
    select
        population_key,
        cast(sum(conversions) as bigint) as conversions,
        cast(sum(dropouts) as bigint) as dropouts
    from {{ ref('int_journeys__counted') }}
    group by population_key
)

select
    population_key,
    conversions,
    dropouts,
    case
        when conversions < {{ setting('attribution.smallest_population', 'bigint') }} then 'too_few_conversions'
        when dropouts = 0 then 'no_unconverted_journeys'
    end as markov_guard,
    case
        when conversions < {{ setting('attribution.smallest_population', 'bigint') }} then 'too_few_conversions'
    end as shapley_guard
from counted
