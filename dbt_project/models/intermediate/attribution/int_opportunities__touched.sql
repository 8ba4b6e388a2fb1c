-- The path to each opportunity: marketing touches of its household with the same brand, from T - window to T, both ends
-- included, in order of time, then strength of the method, then key. Repeat business (a membership visit, a job booked as
-- "existing customer") is earned by service: it looks back only to the household's job before it, so that the ads which
-- won that one do not win every later visit too.
with opportunities as (
    select * from {{ ref('int_opportunities__windowed') }}
),

touches as (
    select * from {{ ref('int_touches__resolved') }}
),

candidates as (
    select opportunities.opportunity_key, touches.touch_key
    from opportunities
    inner join touches
        on touches.household_key = opportunities.household_key
        and touches.brand_key = opportunities.brand_key
    union
    select opportunities.opportunity_key, touches.touch_key
    from opportunities
    inner join touches on touches.opportunity_key = opportunities.opportunity_key
),

judged as (
    select
        candidates.opportunity_key,
        candidates.touch_key,
        touches.touch_at,
        touches.precedence,
        touches.channel,
        touches.is_marketing,
        case
            when touches.touch_at > opportunities.opportunity_at then 'after_conversion'
            when touches.touch_at < opportunities.window_starts_at then 'outside_window'
            when touches.channel = 'unattributed' then 'no_source'
            when not touches.is_marketing then touches.channel
            when opportunities.is_retention
                and touches.opportunity_key is distinct from opportunities.opportunity_key
                and touches.touch_at <= opportunities.previous_opportunity_at
                then 'existing_customer'
            else 'credited'
        end as verdict
    from candidates
    inner join opportunities on opportunities.opportunity_key = candidates.opportunity_key
    inner join touches on touches.touch_key = candidates.touch_key
)

select
    opportunity_key,
    touch_key,
    touch_at,
    channel,
    verdict,
    case when verdict = 'credited' then
        row_number() over (
            partition by opportunity_key, verdict order by touch_at, precedence, touch_key
        )
    end as touch_position,
    case when verdict = 'credited' then
        count(*) over (partition by opportunity_key, verdict)
    end as touch_count
from judged
