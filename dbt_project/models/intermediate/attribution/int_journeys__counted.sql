-- How customers move between channels, counted: the channels of a journey in order of time, joined with `>`, the same
-- channel twice in a row counted once. A journey ends in a booking, or comes to nothing: marketing touches that are in no
-- path, followed by none within a window, and old enough that they will not be.
with touches as (
    select
        touches.*,
        cast(coalesce(by_trade.value, by_default.value) as integer) as window_days
    from {{ ref('int_touches__resolved') }} as touches
    left join {{ ref('stg_operator__settings') }} as by_trade
        on by_trade.key = 'attribution.window_days.' || touches.trade
    left join {{ ref('stg_operator__settings') }} as by_default on by_default.key = 'attribution.window_days.default'
    where touches.is_marketing
),

credited as (
    select * from {{ ref('int_opportunities__touched') }} where verdict = 'credited'
),

converting_steps as (
    select
        opportunity_key as journey_key,
        population_key,
        true as is_converted,
        channel,
        touch_position as step_number
    from credited
),

events as (
    select
        brand_key,
        coalesce(household_key, touch_key) as person,
        touch_key,
        touch_at as event_at,
        channel,
        window_days,
        precedence
    from touches
    where touch_key not in (select touch_key from credited)
    union all
    select brand_key, household_key, null, opportunity_at, null, window_days, 0
    from {{ ref('int_opportunities__windowed') }}
    where household_key is not null
),

separated as (
    select
        *,
        case
            when touch_key is null
                or event_at > lag(event_at) over (
                    partition by brand_key, person order by event_at, precedence, touch_key
                ) + window_days * interval '1 day'
                then 1
            else 0
        end as starts_anew
    from events
),

numbered as (
    select
        *,
        sum(starts_anew) over (
            partition by brand_key, person
            order by event_at, precedence, touch_key
            rows between unbounded preceding and current row
        ) as journey_number
    from separated
),

lost_steps as (
    select
        coalesce(brand_key, '') || '|' || person || '|' || cast(journey_number as varchar) as journey_key,
        {{ population_key(
            'brand_key', 'max(event_at) over (partition by brand_key, person, journey_number)'
        ) }} as population_key,
        false as is_converted,
        channel,
        row_number() over (
            partition by brand_key, person, journey_number order by event_at, precedence, touch_key
        ) as step_number,
        max(event_at + window_days * interval '1 day') over (
            partition by brand_key, person, journey_number
        ) as given_up_at
    from numbered
    where touch_key is not null
),

steps as (
    select * from converting_steps
    union all
    select journey_key, population_key, is_converted, channel, step_number
    from lost_steps
    where given_up_at < (select as_of_at from {{ ref('int_data__as_of') }})
),

moves as (
    select
        *,
        channel is distinct from lag(channel) over (partition by is_converted, journey_key order by step_number) as is_move
    from steps
),

journeys as (
    select
        population_key,
        is_converted,
        string_agg(channel, '>' order by step_number) as journey
    from moves
    where is_move
    group by population_key, is_converted, journey_key
)

select
    population_key,
    journey,
    count(*) filter (where is_converted) as conversions,
    count(*) filter (where not is_converted) as dropouts
from journeys
group by population_key, journey
