-- The path to each opportunity: touches of its household with the same brand, from T - window to T, both ends included, in
-- order of time, then strength of the method, then key. Repeat business (a membership visit, a job booked as "existing
-- customer") is earned by service: it looks back only to the household's job before it, so that the ads which won that one
-- do not win every later visit too. Only marketing touches make a path; somebody who only ever came direct has a path of
-- those. `is_last` marks what really came last, marketing or not.
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
        opportunities.opportunity_at,
        opportunities.population_key,
        touches.touch_at,
        touches.precedence,
        touches.channel,
        touches.has_lead_record,
        touches.opportunity_key is not distinct from opportunities.opportunity_key as is_own_request,
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
),

placed as (
    select
        *,
        -- An old ad that repeat business does not look back to is not what came last either.
        verdict in ('credited', 'direct', 'no_source')
        or (verdict = 'existing_customer' and channel = 'existing_customer') as may_be_last,
        verdict = 'credited'
        or (
            verdict = 'direct'
            and count(*) filter (where verdict = 'credited') over (partition by opportunity_key) = 0
        ) as is_in_path
    from judged
)

select
    opportunity_key,
    touch_key,
    opportunity_at,
    population_key,
    touch_at,
    channel,
    has_lead_record,
    is_own_request,
    verdict,
    is_in_path,
    case when is_in_path then
        row_number() over (partition by opportunity_key, is_in_path order by touch_at, precedence, touch_key)
    end as touch_position,
    case when is_in_path then count(*) over (partition by opportunity_key, is_in_path) end as touch_count,
    may_be_last and row_number() over (
        partition by opportunity_key, may_be_last order by touch_at desc, precedence desc, touch_key desc
    ) = 1 as is_last
from placed
