-- Calls with household and brand. Of several records of one call (int_calls__matched) the one that says most stands for
-- it, and what it lacks comes from the others; the others name it in duplicate_of_call_key.
with own_numbers as (
    select * from {{ ref('int_brand_numbers__known') }}
),

calls as (
    select
        calls.*,
        matched.physical_call_key,
        matched.record_rank,
        {{ phone_digits('calls.to_phone') }} as to_digits,
        coalesce(
            calls.brand_key, accounts.brand_key, dialled.brand_key, forwarded.brand_key, calling.brand_key
        ) as call_brand_key,
        resolved.household_key,
        resolved.person_key
    from {{ ref('int_calls__unioned') }} as calls
    inner join {{ ref('int_calls__matched') }} as matched on matched.call_key = calls.call_key
    left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = calls.account_id
    left join {{ ref('int_calls__resolved') }} as resolved on resolved.call_key = calls.call_key
    left join own_numbers as dialled on dialled.phone_digits = {{ phone_digits('calls.to_phone') }}
    left join own_numbers as forwarded on forwarded.phone_digits = {{ phone_digits('calls.forwarded_phone') }}
    left join own_numbers as calling on calling.phone_digits = {{ phone_digits('calls.from_phone') }}
),

-- What the number stood for on the day of the call, told by whoever tracks it.
told as (
    select
        calls.call_key,
        min(numbers.source_name) as source_name,
        min(numbers.campaign_name) as campaign_name
    from calls
    inner join {{ ref('int_tracking_numbers__dated') }} as numbers
        on numbers.phone_digits = calls.to_digits
        and calls.started_at >= numbers.valid_from
        and calls.started_at < numbers.valid_until
        and (numbers.brand_key = calls.call_brand_key or numbers.brand_key is null)
    where calls.direction = 'inbound' and numbers.source_name is not null
    group by calls.call_key
    having count(distinct numbers.source_name || '|' || coalesce(numbers.campaign_name, '')) = 1
),

-- The call's own record of it comes first: it was written when the call came.
dialled_sources as (
    select
        calls.physical_call_key,
        coalesce(calls.source_name, told.source_name) as source_name,
        case when calls.source_name is not null then calls.campaign_name else told.campaign_name end as campaign_name
    from calls
    left join told on told.call_key = calls.call_key
    where coalesce(calls.source_name, told.source_name) is not null
    qualify row_number() over (
        partition by calls.physical_call_key
        order by case when calls.source_name is not null then 0 else 1 end, calls.record_rank
    ) = 1
),

-- All of one record: parts of two records would be a visit that nobody made.
visits as (
    select
        physical_call_key, utm_source, utm_medium, utm_campaign, gclid, msclkid, fbclid, landing_page_url, referrer_url
    from calls
    where coalesce(gclid, msclkid, fbclid, utm_source, referrer_url) is not null
    qualify row_number() over (
        partition by physical_call_key
        order by case when coalesce(gclid, msclkid, fbclid) is not null then 0 else 1 end, record_rank
    ) = 1
),

{%- set completed = [
    'household_key', 'person_key', 'duration_seconds', 'is_answered', 'customer_key', 'lead_key', 'job_key', 'campaign_key',
    'agent_name', 'stated_source', 'caller_name', 'caller_email', 'call_brand_key'
] %}

merged as (
    select
        physical_call_key,
        count(*) as record_count
        {%- for column in completed %},
        min_by({{ column }}, record_rank) filter (where {{ column }} is not null) as {{ column }}
        {%- endfor %}
    from calls
    group by physical_call_key
),

completed as (
    select
        calls.call_key,
        case when calls.call_key <> calls.physical_call_key then calls.physical_call_key end as duplicate_of_call_key
        {%- for column in completed %},
        coalesce(calls.{{ column }}, merged.{{ column }}) as {{ column }}
        {%- endfor %},
        merged.record_count,
        dialled_sources.source_name as dialled_source_name,
        dialled_sources.campaign_name as dialled_campaign_name
    from calls
    left join merged on merged.physical_call_key = calls.call_key
    left join dialled_sources on dialled_sources.physical_call_key = calls.call_key
),

named_campaigns as (
    select
        brand_key,
        {{ slug('recorded_campaign_name') }} as name_slug,
        min(campaign_key) as campaign_key
    from {{ ref('int_campaigns__mapped') }}
    where is_from_dispatch
    group by brand_key, {{ slug('recorded_campaign_name') }}
    having count(distinct campaign_key) = 1
)

select
    calls.call_key,
    calls.platform,
    calls.account_id,
    calls.native_id,
    calls.native_url,
    completed.call_brand_key as brand_key,
    completed.household_key,
    completed.person_key,
    calls.direction,
    calls.to_digits,
    calls.started_at,
    calls.started_on,
    completed.duration_seconds,
    calls.call_outcome,
    coalesce(
        completed.is_answered,
        case
            when calls.call_outcome in ('booked', 'unbooked', 'excused', 'not_lead') then true
            when calls.call_outcome = 'abandoned' then false
        end
    ) as is_answered,
    completed.customer_key,
    completed.lead_key as record_lead_key,
    completed.job_key,
    -- The number's campaign on that day, if dispatch has one of that name; then what dispatch itself wrote; and its present
    -- list of numbers only where nobody tells dates.
    coalesce(
        named.campaign_key,
        completed.campaign_key,
        case when completed.dialled_source_name is null then tracking.campaign_key end
    ) as campaign_key,
    completed.dialled_source_name,
    completed.dialled_campaign_name,
    completed.stated_source,
    visits.utm_source,
    visits.utm_medium,
    visits.utm_campaign,
    visits.gclid,
    visits.msclkid,
    visits.fbclid,
    visits.landing_page_url,
    visits.referrer_url,
    completed.caller_name,
    completed.caller_email,
    completed.agent_name,
    coalesce(completed.record_count, 1) as record_count,
    completed.duplicate_of_call_key,
    calls._loaded_at
from calls
inner join completed on completed.call_key = calls.call_key
left join visits on visits.physical_call_key = calls.call_key
left join named_campaigns as named
    on named.brand_key = completed.call_brand_key
    and named.name_slug = {{ slug('completed.dialled_campaign_name') }}
left join {{ ref('int_tracking_numbers__unnested') }} as tracking
    on tracking.phone_digits = calls.to_digits
    and tracking.brand_key = completed.call_brand_key
    and calls.direction = 'inbound'
