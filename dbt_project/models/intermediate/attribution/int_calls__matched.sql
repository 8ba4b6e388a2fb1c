-- Which records are one physical call: telephony, CRM, dispatch and an answering service may each have written it down.
-- Two records are one call when they come from different accounts and
--   * carry the carrier's id of the call, the same one; or
--   * agree in direction and caller, start within two minutes of each other, and share a number: the one dialled, or the
--     one that it was forwarded to or came through. A forwarded call seldom knows the number that was dialled, and a
--     marketplace never tells it; for them the brand is enough; or
--   * one of them does not know the caller, and besides the number they agree in length, within five seconds.
-- Each record takes the nearest one of each other account, and only if that one takes it too. So a redial, which one account
-- wrote down twice, stays two calls, and a record that another account lacks takes nobody else's.
with recursive own_numbers as (
    select * from {{ ref('int_brand_numbers__known') }}
),

records as (
    select
        calls.call_key,
        calls.account_id,
        calls.direction,
        calls.started_at,
        calls.duration_seconds,
        calls.telephony_id,
        calls.call_outcome,
        coalesce(calls.job_key, calls.campaign_key, calls.lead_key) is not null as is_linked,
        coalesce(calls.brand_key, accounts.brand_key) as brand_key,
        {{ phone_digits("case calls.direction when 'outbound' then calls.to_phone else calls.from_phone end") }}
            as shown_party,
        {{ phone_digits("case calls.direction when 'outbound' then calls.from_phone else calls.to_phone end") }} as line,
        {{ phone_digits('calls.forwarded_phone') }} as forwarded_line
    from {{ ref('int_calls__unioned') }} as calls
    left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = calls.account_id
    where not calls.is_deleted
),

-- A leg that was passed on may show one of the operator's own numbers in the caller's place: then nobody knows the caller.
parties as (
    select
        records.*,
        case when shown.phone_digits is null then records.shown_party end as party,
        case when shown.phone_digits is not null then records.shown_party end as passing_line,
        shown.phone_digits is not null or records.forwarded_line is not null as is_forwarded,
        coalesce(records.brand_key, dialled.brand_key, forwarded.brand_key, shown.brand_key) as call_brand_key,
        cast(floor(extract(epoch from records.started_at) / 120) as bigint) as bucket
    from records
    left join own_numbers as shown on shown.phone_digits = records.shown_party
    left join own_numbers as dialled on dialled.phone_digits = records.line
    left join own_numbers as forwarded on forwarded.phone_digits = records.forwarded_line
    where records.started_at is not null
),

call_lines as (
    select call_key, line, false as is_brand from parties where line is not null
    union
    select call_key, forwarded_line, false from parties where forwarded_line is not null
    union
    select call_key, passing_line, false from parties where passing_line is not null
    union
    select call_key, call_brand_key, true from parties where call_brand_key is not null and party is not null
),

-- Joined on equal texts, so that a busy line or caller costs what is near in time, not its square.
left_side as (
    select
        parties.*,
        call_lines.line as shared_line,
        call_lines.is_brand
    from parties
    inner join call_lines on call_lines.call_key = parties.call_key
),

right_side as (
    select left_side.*, left_side.bucket + steps.step as near_bucket
    from left_side
    cross join (select -1 as step union all select 0 union all select 1) as steps
),

candidates as (
    select
        one.call_key,
        other.call_key as other_key,
        other.account_id as other_account_id,
        1 as certainty,
        abs(extract(epoch from one.started_at) - extract(epoch from other.started_at)) as seconds_apart,
        abs(coalesce(one.duration_seconds, 0) - coalesce(other.duration_seconds, 0)) as length_difference
    from left_side as one
    inner join right_side as other
        on other.shared_line = one.shared_line
        and other.is_brand = one.is_brand
        and other.direction = one.direction
        and other.near_bucket = one.bucket
        and other.account_id <> one.account_id
    where abs(extract(epoch from one.started_at) - extract(epoch from other.started_at)) <= 120
      and (
          (
              one.party = other.party
              and (not one.is_brand or one.is_forwarded or other.is_forwarded or one.line is null or other.line is null)
          )
          or (
              (one.party is null or other.party is null)
              and not one.is_brand
              and abs(one.duration_seconds - other.duration_seconds) <= 5
          )
      )
    union
    select one.call_key, other.call_key, other.account_id, 0, 0, 0
    from records as one
    inner join records as other on other.telephony_id = one.telephony_id and other.account_id <> one.account_id
),

nearest as (
    select call_key, other_key
    from candidates
    qualify row_number() over (
        partition by call_key, other_account_id
        order by certainty, seconds_apart, length_difference, other_key
    ) = 1
),

links as (
    select nearest.call_key, nearest.other_key
    from nearest
    inner join nearest as back on back.call_key = nearest.other_key and back.other_key = nearest.call_key
),

reached (call_key, reached_key) as (
    select call_key, call_key from links
    union
    select reached.call_key, links.other_key
    from reached
    inner join links on links.call_key = reached.reached_key
),

components as (
    select call_key, min(reached_key) as component from reached group by call_key
),

-- Over three accounts a chain could still reach a redial; its n-th records belong together.
ordinals as (
    select
        records.*,
        coalesce(components.component, records.call_key) as component,
        row_number() over (
            partition by coalesce(components.component, records.call_key), records.account_id
            order by records.started_at, records.call_key
        ) as ordinal
    from records
    left join components on components.call_key = records.call_key
)

-- The record that says most about the call stands for it.
select
    call_key,
    first_value(call_key) over same_call as physical_call_key,
    row_number() over same_call as record_rank
from ordinals
window same_call as (
    partition by component, ordinal
    order by
        case call_outcome when 'booked' then 0 when 'abandoned' then 2 when 'unclassified' then 3 else 1 end,
        case when is_linked then 0 else 1 end,
        account_id,
        call_key
)
