-- What a job was worth when it entered the book: the estimate option that sold it, else the total that dispatch shows for
-- it (zero until priced), before tax where dispatch tells. A cancellation takes it out again on its own day, so gross and
-- net bookings are both sums.
with sold_options as (
    select estimate_key, subtotal_amount
    from {{ ref('int_estimates__unioned') }}
    where not is_deleted
),

bookings as (
    select
        jobs.*,
        coalesce(sold_options.subtotal_amount, jobs.subtotal_amount, jobs.total_amount) as amount
    from {{ ref('int_jobs__enriched') }} as jobs
    left join sold_options on sold_options.estimate_key = jobs.origin_estimate_key
)

select
    {{ revenue_entry_key("'booked'", 'job_key', "'original'") }} as entry_key,
    'booked' as entry_type,
    false as is_reversal,
    cast(null as varchar) as reversal_kind,
    cast(null as varchar) as reverses_entry_key,
    amount,
    cast(0 as decimal(18, 2)) as tax_amount,
    booked_at as event_at,
    booked_on as event_on,
    booked_on as posted_on,
    job_key,
    cast(null as varchar) as invoice_key,
    cast(null as varchar) as payment_key,
    origin_estimate_key as estimate_key,
    household_key,
    brand_key,
    platform,
    account_id
from bookings

union all

select
    {{ revenue_entry_key("'booked'", 'job_key', "'cancellation'") }},
    'booked',
    true,
    'cancellation',
    {{ revenue_entry_key("'booked'", 'job_key', "'original'") }},
    -amount,
    cast(0 as decimal(18, 2)),
    canceled_at,
    canceled_on,
    canceled_on,
    job_key,
    cast(null as varchar),
    cast(null as varchar),
    origin_estimate_key,
    household_key,
    brand_key,
    platform,
    account_id
from bookings
where is_canceled
