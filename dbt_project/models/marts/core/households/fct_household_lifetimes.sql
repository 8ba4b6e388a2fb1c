-- Grain: one household, with what won it and all the money it has brought so far.
with jobs as (
    select
        household_key,
        count(*) as job_count,
        count(*) filter (where is_completed) as completed_job_count,
        min(booked_at) as first_booked_at,
        min(booked_on) as first_booked_on,
        max(booked_on) as last_booked_on,
        min(completed_on) filter (where is_acquisition) as acquired_on
    from {{ ref('fct_jobs') }}
    where household_key is not null
    group by household_key
),

money as (
    select
        household_key,
        sum(case when entry_type = 'booked' then amount else 0 end) as booked_amount,
        sum(case when entry_type = 'sold' then amount else 0 end) as sold_amount,
        sum(case when entry_type = 'completed' then amount else 0 end) as completed_amount,
        sum(case when entry_type = 'invoiced' then amount else 0 end) as invoiced_amount,
        sum(case when entry_type = 'collected' then amount else 0 end) as collected_amount
    from {{ ref('fct_revenue_ledger') }}
    where household_key is not null
    group by household_key
),

-- What brought the household in: its first touch of known origin before the first booking. A touch that came later, or
-- without an origin, only stands in where nothing better is known.
touches as (
    select touches.household_key, touches.channel, touches.campaign_name, touches.method, touches.touch_at, touches.touch_key
    from {{ ref('fct_touches') }} as touches
    left join jobs on jobs.household_key = touches.household_key
    where touches.household_key is not null
    qualify row_number() over (
        partition by touches.household_key
        order by
            coalesce(touches.method, 'unknown') = 'unknown',
            touches.touch_at > coalesce(jobs.first_booked_at, touches.touch_at),
            touches.touch_at,
            touches.touch_key
    ) = 1
)

select
    households.household_key,
    households.first_seen_at,
    households.first_brand_key,
    coalesce(touches.channel, 'unattributed') as acquisition_channel,
    touches.campaign_name as acquisition_campaign_name,
    touches.method as acquisition_method,
    touches.touch_at as acquisition_touch_at,
    touches.touch_key as acquisition_touch_key,
    jobs.acquired_on,
    jobs.first_booked_on,
    jobs.last_booked_on,
    coalesce(jobs.job_count, 0) as job_count,
    coalesce(jobs.completed_job_count, 0) as completed_job_count,
    cast(coalesce(money.booked_amount, 0) as decimal(18, 2)) as booked_amount,
    cast(coalesce(money.sold_amount, 0) as decimal(18, 2)) as sold_amount,
    cast(coalesce(money.completed_amount, 0) as decimal(18, 2)) as completed_amount,
    cast(coalesce(money.invoiced_amount, 0) as decimal(18, 2)) as invoiced_amount,
    cast(coalesce(money.collected_amount, 0) as decimal(18, 2)) as collected_amount
from {{ ref('dim_households') }} as households
left join jobs on jobs.household_key = households.household_key
left join money on money.household_key = households.household_key
left join touches on touches.household_key = households.household_key
