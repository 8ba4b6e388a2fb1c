-- The path to each opportunity: touches of its household with the same brand, from T - window to T, both ends included, in
-- order of time, then strength of the method, then key. Repeat business (a membership visit, a job booked as "existing
-- customer") is earned by service: it looks back only to the household's job before it, so that the ads which won that one
-- do not win every later visit too. Only marketing touches make a path; somebody who only ever came direct has a path of
-- those. `is_last` marks what really came last, marketing or not.
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='sync_all_columns',
    pre_hook="{{ forget_outdated('int_opportunities__windowed', 'path_fingerprint') }}"
) }}
with opportunities as (
    select * from {{ ref('int_opportunities__windowed') }}
    where {{ is_outdated('path_fingerprint') }}
),

touches as (
    select
        touch_key,
        household_key as touch_household_key,
        brand_key as touch_brand_key,
        opportunity_key as touch_opportunity_key,
        touch_at,
        precedence,
        channel,
        is_marketing,
        has_lead_record
    from {{ ref('int_touches__resolved') }}
),

-- A household's touches up to the booking, and the request that the booking itself came from, whenever and wherever it was
-- written down.
pairs as (
    select *
    from opportunities
    inner join touches on touch_household_key = household_key and touch_brand_key = brand_key
    where not coalesce(touch_at > opportunity_at, false)
    union all
    select *
    from opportunities
    inner join touches on touch_opportunity_key = opportunity_key
    -- Only what the first part has not, so that nothing need be made distinct.
    where not coalesce(touch_household_key = household_key and touch_brand_key = brand_key, false)
        or touch_at > opportunity_at
),

judged as (
    select
        opportunity_key,
        path_fingerprint as fingerprint,
        touch_key,
        opportunity_at,
        population_key,
        touch_at,
        precedence,
        channel,
        has_lead_record,
        touch_opportunity_key is not distinct from opportunity_key as is_own_request,
        case
            when touch_at > opportunity_at then 'after_conversion'
            when touch_at < window_starts_at then 'outside_window'
            when channel = 'unattributed' then 'no_source'
            when not is_marketing then channel
            when is_retention
                and touch_opportunity_key is distinct from opportunity_key
                and touch_at <= previous_opportunity_at
                then 'existing_customer'
            else 'credited'
        end as verdict
    from pairs
),

-- Only what may have come last can be in a path either, and most touches of a household lie outside the window: the
-- orders of time below are made without them. An old ad that repeat business does not look back to is not what came last.
weighed as (
    select
        *,
        verdict in ('credited', 'direct', 'no_source')
        or (verdict = 'existing_customer' and channel = 'existing_customer') as may_be_last
    from judged
),

placed as (
    select
        *,
        verdict = 'credited'
        or (
            verdict = 'direct'
            and count(*) filter (where verdict = 'credited') over (partition by opportunity_key) = 0
        ) as is_in_path
    from weighed
    where may_be_last
)

select
    opportunity_key,
    fingerprint,
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
    row_number() over (
        partition by opportunity_key order by touch_at desc, precedence desc, touch_key desc
    ) = 1 as is_last
from placed

union all

select
    opportunity_key,
    fingerprint,
    touch_key,
    opportunity_at,
    population_key,
    touch_at,
    channel,
    has_lead_record,
    is_own_request,
    verdict,
    false,
    null,
    null,
    false
from weighed
where not may_be_last
