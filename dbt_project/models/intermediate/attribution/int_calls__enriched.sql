-- Calls with household and brand, and which of them several systems recorded. Two records are one call when caller, number
-- dialled and direction agree and they start within two minutes of each other; redials within one system stay apart.
with own_numbers as (
    select phone_digits, min(brand_key) as brand_key
    from (
        select brand_key, {{ phone_digits('phone') }} as phone_digits from {{ ref('stg_operator__brand_phones') }}
        union
        select brand_key, phone_digits from {{ ref('int_tracking_numbers__unnested') }}
    ) as numbers
    where phone_digits is not null
    group by phone_digits
    having count(distinct brand_key) = 1
),

calls as (
    select
        calls.*,
        {{ phone_digits('calls.from_phone') }} as from_digits,
        {{ phone_digits('calls.to_phone') }} as to_digits,
        accounts.brand_key as account_brand_key
    from {{ ref('int_calls__unioned') }} as calls
    left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = calls.account_id
    where not calls.is_deleted
),

stepped as (
    select
        call_key,
        account_id,
        from_digits,
        to_digits,
        direction,
        started_at,
        call_outcome,
        coalesce(job_key, campaign_key, lead_key) is not null as is_linked,
        case when started_at <= lag(started_at) over (
            partition by from_digits, to_digits, direction order by started_at, call_key
        ) + interval '2 minutes' then 0 else 1 end as starts_burst
    from calls
    where from_digits is not null and to_digits is not null and started_at is not null
),

bursts as (
    select
        *,
        sum(starts_burst) over (
            partition by from_digits, to_digits, direction order by started_at, call_key
            rows between unbounded preceding and current row
        ) as burst
    from stepped
),

ordinals as (
    select
        *,
        row_number() over (
            partition by from_digits, to_digits, direction, burst, account_id order by started_at, call_key
        ) as ordinal
    from bursts
),

-- The record that somebody classified, or that leads on to a job or campaign, says most about the call.
originals as (
    select
        call_key,
        first_value(call_key) over (
            partition by from_digits, to_digits, direction, burst, ordinal
            order by
                case when call_outcome = 'unclassified' then 1 else 0 end,
                case when is_linked then 0 else 1 end,
                account_id,
                call_key
        ) as original_call_key
    from ordinals
)

select
    calls.call_key,
    calls.platform,
    calls.account_id,
    calls.native_id,
    calls.native_url,
    coalesce(calls.account_brand_key, dialled.brand_key, calling.brand_key) as brand_key,
    resolved.household_key,
    resolved.person_key,
    calls.direction,
    calls.to_digits,
    calls.started_at,
    calls.started_on,
    calls.duration_seconds,
    calls.call_outcome,
    coalesce(
        calls.is_answered,
        case
            when calls.call_outcome in ('booked', 'unbooked', 'excused', 'not_lead') then true
            when calls.call_outcome = 'abandoned' then false
        end
    ) as is_answered,
    calls.customer_key,
    calls.lead_key as record_lead_key,
    calls.job_key,
    coalesce(calls.campaign_key, tracking.campaign_key) as campaign_key,
    calls.agent_name,
    case when originals.original_call_key <> calls.call_key then originals.original_call_key end as duplicate_of_call_key,
    calls._loaded_at
from calls
left join originals on originals.call_key = calls.call_key
left join {{ ref('int_calls__resolved') }} as resolved on resolved.call_key = calls.call_key
left join own_numbers as dialled on dialled.phone_digits = calls.to_digits
left join own_numbers as calling on calling.phone_digits = calls.from_digits
left join {{ ref('int_tracking_numbers__unnested') }} as tracking
    on tracking.phone_digits = calls.to_digits
    and tracking.brand_key = coalesce(calls.account_brand_key, dialled.brand_key)
    and calls.direction = 'inbound'
