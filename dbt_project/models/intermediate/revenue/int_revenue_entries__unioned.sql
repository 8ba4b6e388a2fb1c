-- The ledger. The job decides household and brand where there is one: a payer may be another record of the household.
with entries as (
    select * from {{ ref('int_revenue_entries__booked') }}
    union all
    select * from {{ ref('int_revenue_entries__sold') }}
    union all
    select * from {{ ref('int_revenue_entries__completed') }}
    union all
    select * from {{ ref('int_revenue_entries__invoiced') }}
    union all
    select * from {{ ref('int_revenue_entries__collected') }}
    union all
    select * from {{ ref('int_revenue_entries__aside') }}
)

select
    entries.entry_key,
    entries.entry_type,
    entries.entry_type not in ('tip', 'surcharge', 'fee') as is_revenue,
    entries.is_reversal,
    entries.reversal_kind,
    entries.reverses_entry_key,
    cast(entries.amount as decimal(18, 2)) as amount,
    cast(entries.tax_amount as decimal(18, 2)) as tax_amount,
    cast(entries.amount + entries.tax_amount as decimal(18, 2)) as gross_amount,
    entries.event_at,
    entries.event_on,
    entries.posted_on,
    jobs.job_key,
    jobs.opportunity_key,
    entries.invoice_key,
    entries.payment_key,
    entries.estimate_key,
    -- What credit for the entry goes to. Without a job it is the paper itself, marked, because keys of two entities may agree.
    coalesce(
        jobs.job_key,
        'invoice-' || entries.invoice_key,
        'payment-' || entries.payment_key,
        'estimate-' || entries.estimate_key
    ) as conversion_key,
    coalesce(jobs.household_key, entries.household_key) as household_key,
    coalesce(jobs.brand_key, entries.brand_key) as brand_key,
    entries.platform,
    entries.account_id
from entries
left join {{ ref('int_jobs__enriched') }} as jobs on jobs.job_key = entries.job_key
