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

lost_journeys as (
    select
        brand_key,
        person,
        journey_number,
        {{ population_key('brand_key', 'max(event_at)') }} as population_key,
        count(*) as step_count,
        min(channel) as only_channel
    from numbered
    where touch_key is not null
    group by brand_key, person, journey_number
    having max(event_at + window_days * interval '1 day') < (select as_of_at from {{ ref('int_data__as_of') }})
),

-- Most journeys have one step, and are told by their only channel; the others are put in order.
steps as (
    select
        opportunity_key as journey_key,
        population_key,
        true as is_converted,
        channel,
        touch_position as step_number
    from credited
    where touch_count > 1
    union all
    select
        coalesce(numbered.brand_key, '') || '|' || numbered.person || '|' || cast(numbered.journey_number as varchar),
        lost_journeys.population_key,
        false,
        numbered.channel,
        row_number() over (
            partition by numbered.brand_key, numbered.person, numbered.journey_number
            order by numbered.event_at, numbered.precedence, numbered.touch_key
        )
    from numbered
    inner join lost_journeys
        on lost_journeys.brand_key is not distinct from numbered.brand_key
        and lost_journeys.person = numbered.person
        and lost_journeys.journey_number = numbered.journey_number
    where numbered.touch_key is not null
      and lost_journeys.step_count > 1
),

moves as (
    select
        *,
        channel is distinct from lag(channel) over (partition by is_converted, journey_key order by step_number) as is_move
    from steps
),

journeys as (
    select population_key, true as is_converted, channel as journey
    from credited
    where touch_count = 1
    union all
    select population_key, false, only_channel
    from lost_journeys
    where step_count = 1
    union all
    select
        population_key,
        is_converted,
        {{ text_in_order('channel', 'step_number', '>') }}
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
