-- From what a vendor's own total counts to what the revenue ledger holds, document by document: each line is one document
-- on one side, or one reason why the sides differ, with its sign and on its day. The vendor's side is every document that
-- its interface lists, on the UTC day of entry, with tax. Both sides of a change of day are lines of the same cause.
with accounts as (
    select account_id, timezone from {{ ref('stg_operator__accounts') }}
),

sold_options as (
    select estimate_key, subtotal_amount from {{ ref('int_estimates__unioned') }} where not is_deleted
),

jobs as (
    select
        'booked' as bridge,
        jobs.platform,
        jobs.account_id,
        jobs.is_deleted,
        jobs.created_at as entered_at,
        facts.booked_on as counted_on,
        accounts.timezone,
        coalesce(jobs.total_amount, 0) as listed_amount,
        coalesce(jobs.subtotal_amount, jobs.total_amount, 0) as untaxed_amount,
        sold_options.subtotal_amount as sold_amount,
        case when jobs.job_status = 'canceled' then facts.canceled_on end as taken_back_on,
        'cancelled' as taken_back_cause,
        false as is_correction,
        false as is_failed
    from {{ ref('int_jobs__unioned') }} as jobs
    left join accounts on accounts.account_id = jobs.account_id
    left join sold_options on sold_options.estimate_key = jobs.origin_estimate_key
    left join {{ ref('fct_jobs') }} as facts on facts.job_key = jobs.job_key
),

invoices as (
    select
        'invoiced' as bridge,
        invoices.platform,
        invoices.account_id,
        invoices.is_deleted,
        invoices.created_at as entered_at,
        facts.invoiced_on as counted_on,
        accounts.timezone,
        coalesce(invoices.total_amount, invoices.subtotal_amount + coalesce(invoices.tax_amount, 0), 0) as listed_amount,
        coalesce(invoices.subtotal_amount, invoices.total_amount - coalesce(invoices.tax_amount, 0), 0) as untaxed_amount,
        cast(null as decimal(18, 2)) as sold_amount,
        case when invoices.invoice_status in ('voided', 'canceled') then facts.voided_on end as taken_back_on,
        'voided' as taken_back_cause,
        invoices.invoice_kind = 'adjustment' as is_correction,
        false as is_failed
    from {{ ref('int_invoices__unioned') }} as invoices
    left join accounts on accounts.account_id = invoices.account_id
    left join {{ ref('fct_invoices') }} as facts on facts.invoice_key = invoices.invoice_key
),

-- Cash is compared with its tax: what the bank saw.
payments as (
    select
        'collected' as bridge,
        payments.platform,
        payments.account_id,
        payments.is_deleted,
        coalesce(payments.created_at, payments.paid_at) as entered_at,
        facts.paid_on as counted_on,
        accounts.timezone,
        coalesce(payments.amount, 0) as listed_amount,
        coalesce(payments.amount, 0) as untaxed_amount,
        cast(null as decimal(18, 2)) as sold_amount,
        case when payments.payment_status = 'voided' then
            greatest(
                {{ business_date('coalesce(payments.updated_at, payments.paid_at)', 'accounts.timezone') }},
                payments.paid_on
            )
        end as taken_back_on,
        'voided' as taken_back_cause,
        false as is_correction,
        payments.payment_status not in ('succeeded', 'voided') as is_failed
    from {{ ref('int_payments__unioned') }} as payments
    left join accounts on accounts.account_id = payments.account_id
    left join {{ ref('fct_payments') }} as facts on facts.payment_key = payments.payment_key
),

documents as (
    select * from jobs
    union all
    select * from invoices
    union all
    select * from payments
),

dated as (
    select
        *,
        coalesce(cast(entered_at as date), counted_on) as listed_on,
        coalesce({{ business_date('entered_at', 'timezone') }}, counted_on) as entered_on,
        coalesce(sold_amount, untaxed_amount) as counted_amount
    from documents
),

counted as (
    select * from dated where not is_deleted and not is_failed
)

select bridge, platform, account_id, listed_on as day_on, 'vendor' as line, 1 as rows_count, listed_amount as amount
from dated
where not is_correction

union all

-- A correction is on no side of the vendor's total: it enters where it was listed, and goes on like any other document.
select bridge, platform, account_id, listed_on, 'credit_memo', 1, listed_amount
from dated
where is_correction

union all

select bridge, platform, account_id, listed_on, 'inactive', -1, -listed_amount
from dated
where is_deleted

union all

select bridge, platform, account_id, listed_on, 'failed', -1, -listed_amount
from dated
where is_failed and not is_deleted

union all

select bridge, platform, account_id, listed_on, 'time_zone', -1, -listed_amount
from counted
where listed_on <> entered_on

union all

select bridge, platform, account_id, entered_on, 'time_zone', 1, listed_amount
from counted
where listed_on <> entered_on

union all

select bridge, platform, account_id, entered_on, 'date_basis', -1, -listed_amount
from counted
where entered_on <> counted_on

union all

select bridge, platform, account_id, counted_on, 'date_basis', 1, listed_amount
from counted
where entered_on <> counted_on

union all

select bridge, platform, account_id, counted_on, 'tax', 0, untaxed_amount - listed_amount
from counted
where untaxed_amount <> listed_amount and sold_amount is null

union all

select bridge, platform, account_id, counted_on, 'sold_estimate', 0, sold_amount - listed_amount
from counted
where sold_amount <> listed_amount

union all

select bridge, platform, account_id, taken_back_on, taken_back_cause, -1, -counted_amount
from counted
where taken_back_on is not null

union all

select
    entry_type,
    platform,
    account_id,
    event_on,
    'ours',
    case when reversal_kind in ('cancellation', 'void') then -1 else 1 end,
    amount
from {{ ref('fct_revenue_ledger') }}
where entry_type in ('booked', 'invoiced')

union all

-- A payment for several invoices is several entries of one payment.
select
    entry_type,
    platform,
    account_id,
    event_on,
    'ours',
    case when reversal_kind = 'void' then -1 else 1 end,
    sum(gross_amount)
from {{ ref('fct_revenue_ledger') }}
where entry_type = 'collected'
group by entry_type, platform, account_id, event_on, reversal_kind, payment_key
