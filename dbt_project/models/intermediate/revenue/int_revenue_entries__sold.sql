-- Accepted estimate options, on the day of the signature. Options of one estimate are alternatives: only sold ones count.
with members as (
    select record_key as customer_key, household_key
    from {{ ref('bridge_household_members') }}
    where entity = 'customer' and valid_to is null
),

-- Where an estimate is a visit of its own, the job that it sold is the job it belongs to.
jobs_sold as (
    select origin_estimate_key as estimate_key, min(job_key) as job_key
    from {{ ref('int_jobs__enriched') }}
    where origin_estimate_key is not null
    group by origin_estimate_key
),

jobs as (
    select job_key from {{ ref('int_jobs__enriched') }}
)

select
    {{ revenue_entry_key("'sold'", 'estimates.estimate_key', "'original'") }} as entry_key,
    'sold' as entry_type,
    false as is_reversal,
    cast(null as varchar) as reversal_kind,
    cast(null as varchar) as reverses_entry_key,
    coalesce(
        estimates.subtotal_amount, estimates.total_amount - coalesce(estimates.tax_amount, 0), 0
    ) as amount,
    coalesce(estimates.tax_amount, 0) as tax_amount,
    coalesce(estimates.sold_at, estimates.updated_at, estimates.created_at) as event_at,
    coalesce(
        estimates.sold_on,
        {{ business_date('coalesce(estimates.updated_at, estimates.created_at)', 'accounts.timezone') }}
    ) as event_on,
    coalesce(
        estimates.sold_on,
        {{ business_date('coalesce(estimates.updated_at, estimates.created_at)', 'accounts.timezone') }}
    ) as posted_on,
    coalesce(jobs.job_key, jobs_sold.job_key) as job_key,
    cast(null as varchar) as invoice_key,
    cast(null as varchar) as payment_key,
    estimates.estimate_key,
    members.household_key,
    accounts.brand_key,
    estimates.platform,
    estimates.account_id
from {{ ref('int_estimates__unioned') }} as estimates
left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = estimates.account_id
left join jobs on jobs.job_key = estimates.job_key
left join jobs_sold on jobs_sold.estimate_key = estimates.estimate_key
left join members on members.customer_key = estimates.customer_key
where estimates.estimate_status = 'sold'
  and not estimates.is_deleted
