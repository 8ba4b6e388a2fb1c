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
        hash(brand_key, coalesce(household_key, touch_key)) as person,
        touch_key,
        touch_at as event_at,
        channel,
        window_days,
        precedence
    from touches
    where not exists (select 1 from credited where credited.touch_key = touches.touch_key)
    union all
    select brand_key, hash(brand_key, household_key), null, opportunity_at, null, window_days, 0
    from {{ ref('int_opportunities__windowed') }}
    where household_key is not null
),

neighbours as (
    select
        *,
        lag(true) over in_time is null as is_first,
        lag(event_at) over in_time as previous_at,
        lead(event_at) over in_time as next_at,
        lead(window_days) over in_time as next_window_days,
        lead(touch_key) over in_time is null as is_before_booking_or_last
    from events
    window in_time as (partition by person order by event_at, precedence, touch_key)
),

separated as (
    select
        *,
        coalesce(
            is_first or touch_key is null or event_at > previous_at + window_days * interval '1 day', false
        ) as starts_anew,
        coalesce(
            is_before_booking_or_last or next_at > event_at + next_window_days * interval '1 day', false
        ) as ends_here
    from neighbours
),

-- Most journeys have one step; only the others are numbered and put in order.
numbered as (
    select
        *,
        sum(cast(starts_anew as integer)) over (
            partition by person
            order by event_at, precedence, touch_key
            rows between unbounded preceding and current row
        ) as journey_number
    from separated
    where not (starts_anew and ends_here)
),

ordered as (
    select
        *,
        row_number() over (partition by person, journey_number order by event_at, precedence, touch_key) as step_number,
        max(event_at) over (partition by person, journey_number) as ended_at,
        max(event_at + window_days * interval '1 day') over (partition by person, journey_number) as lost_at
    from numbered
    where touch_key is not null
),

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
        concat_ws('|', person, journey_number),
        {{ population_key('brand_key', 'ended_at') }},
        false,
        channel,
        step_number
    from ordered
    where lost_at < (select as_of_at from {{ ref('int_data__as_of') }})
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
    select {{ population_key('brand_key', 'event_at') }}, false, channel
    from separated
    where starts_anew
      and ends_here
      and touch_key is not null
      and event_at + window_days * interval '1 day' < (select as_of_at from {{ ref('int_data__as_of') }})
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
