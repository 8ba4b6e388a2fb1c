-- Calls by the month they rang, leads by the month they came. Excluded leads, copies of calls and calls hung up within ten
-- seconds are left out of every rate.
with events as (
    select
        cast(date_trunc('month', leads.lead_on) as date) as month_on,
        leads.brand_key,
        leads.channel,
        leads.is_after_hours,
        leads.is_emergency,
        leads.response_state,
        leads.response_seconds,
        leads.office_response_seconds,
        cast(null as varchar) as call_state,
        cast(null as boolean) as is_booked_call
    from {{ ref('fct_leads') }} as leads
    where not leads.is_excluded
    union all
    select
        cast(date_trunc('month', calls.started_on) as date),
        calls.brand_key,
        coalesce(leads.channel, calls.channel, 'unattributed'),
        {{ is_after_hours(local_time('calls.started_at', 'coalesce(brands.timezone, accounts.timezone)'), 'hours') }},
        coalesce(leads.is_emergency, false),
        null,
        null,
        null,
        case
            when not calls.is_answered and calls.duration_seconds < 10 then 'hung_up'
            when calls.is_answered then 'answered'
            when not calls.is_answered then 'missed'
            else 'unknown'
        end,
        case when calls.is_booked then true when calls.call_outcome = 'unbooked' then false end
    from {{ ref('fct_calls') }} as calls
    cross join {{ ref('int_office__hours') }} as hours
    left join {{ ref('fct_leads') }} as leads on leads.lead_key = calls.lead_key
    left join {{ ref('stg_operator__brands') }} as brands on brands.brand_key = calls.brand_key
    left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = calls.account_id
    where calls.direction = 'inbound' and not calls.is_duplicate
),

counted as (
    select
        month_on,
        brand_key,
        channel,
        is_after_hours,
        is_emergency,
        count(*) filter (where call_state in ('answered', 'missed')) as inbound_calls,
        count(*) filter (where call_state = 'answered') as answered_calls,
        count(*) filter (where call_state = 'missed') as missed_calls,
        count(*) filter (where call_state = 'hung_up') as hung_up_calls,
        count(*) filter (where is_booked_call) as booked_calls,
        count(*) filter (where is_booked_call is not null) as bookable_calls,
        count(*) filter (where response_state in ('answered', 'called_back')) as contacted_leads,
        count(*) filter (where response_state = 'waiting') as waiting_leads,
        count(*) filter (where response_state = 'booked_only') as booked_only_leads,
        count(*) filter (where response_state <> 'booked_only') as answerable_leads,
        quantile_cont(response_seconds, 0.5) as median_response_seconds,
        quantile_cont(response_seconds, 0.9) as p90_response_seconds,
        quantile_cont(office_response_seconds, 0.5) as median_office_response_seconds,
        quantile_cont(office_response_seconds, 0.9) as p90_office_response_seconds
    from events
    group by month_on, brand_key, channel, is_after_hours, is_emergency
)

select
    counted.*,
    {{ metric_columns(['answer_rate', 'call_booking_rate', 'contact_rate'], 'counted', aggregated=true) }}
from counted
