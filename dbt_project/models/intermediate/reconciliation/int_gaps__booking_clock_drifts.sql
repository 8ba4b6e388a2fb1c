-- Two systems date the same bookings a whole number of hours apart: one of them writes local time as UTC, or missed a change
-- of the clocks. Only if it is the rule: within one minute of the same number of hours for at least half of the bookings of
-- the last sixty days, and for at least five. What is merely slow is no whole number of hours.
with pairs as (
    select
        compared.platform,
        compared.account_id,
        date_diff('second', compared.job_booked_at, compared.crm_booked_at) as seconds_apart,
        cast(compared.job_booked_at as date) as booked_on
    from {{ ref('int_leads__outcomes_compared') }} as compared
    cross join {{ ref('int_data__as_of') }} as data
    where compared.crm_booked_at is not null
      and compared.job_booked_at > data.as_of_at - interval '60 days'
),

judged as (
    select
        pairs.*,
        cast(round(seconds_apart / 3600.0) as integer) as hours_apart,
        count(*) over (partition by account_id) as bookings
    from pairs
),

drifts as (
    select platform, account_id, hours_apart, any_value(bookings) as bookings, count(*) as drifted, min(booked_on) as since_on
    from judged
    where hours_apart <> 0
      and abs(seconds_apart - hours_apart * 3600) <= 60
    group by platform, account_id, hours_apart
)

select
    'account' as entity,
    account_id || '|' || hours_apart as entity_key,
    platform,
    account_id,
    account_id as native_id,
    cast(null as varchar) as native_url,
    cast(null as varchar) as job_key,
    'the time that dispatch gives' as expected,
    case when hours_apart > 0 then '+' else '' end || hours_apart || ' hours for ' || drifted || ' of ' || bookings
        || ' bookings' as actual,
    cast(null as decimal(18, 2)) as difference_amount,
    cast(0 as decimal(18, 2)) as dollars_at_risk,
    since_on as occurred_on
from drifts
where drifted >= 5
  and 2 * drifted >= bookings
