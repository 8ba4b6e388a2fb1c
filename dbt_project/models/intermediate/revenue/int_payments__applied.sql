-- Every cent of every payment once: a row per invoice that it pays, and a row for what is applied to none. Each row is
-- split into revenue and sales tax in the invoice's own proportion.
with members as (
    select record_key as customer_key, household_key
    from {{ ref('bridge_household_members') }}
    where entity = 'customer' and valid_to is null
),

payments as (
    select * from {{ ref('int_payments__unioned') }}
    where not is_deleted and payment_status in ('succeeded', 'voided')
),

invoices as (
    select * from {{ ref('int_invoices__enriched') }}
),

jobs as (
    select job_key, customer_key from {{ ref('int_jobs__unioned') }} where not is_deleted
),

applications as (
    select payment_key, invoice_key, sum(applied_amount) as applied_amount
    from {{ ref('int_payment_applications__unioned') }}
    where not is_deleted
      and invoice_key in (select invoice_key from invoices)
    group by payment_key, invoice_key
),

unapplied as (
    select
        payments.payment_key,
        cast(null as varchar) as invoice_key,
        payments.amount - coalesce(sum(applications.applied_amount), 0) as applied_amount
    from payments
    left join applications on applications.payment_key = payments.payment_key
    group by payments.payment_key, payments.amount
    having payments.amount - coalesce(sum(applications.applied_amount), 0) <> 0
        or count(applications.payment_key) = 0
),

parts as (
    select applications.* from applications inner join payments on payments.payment_key = applications.payment_key
    union all
    select * from unapplied
),

-- The tax in the n-th payment of an invoice is what has been collected in tax after it less what had been before it, each
-- rounded: so later payments never change earlier ones, and a fully paid invoice has collected its tax to the cent.
running as (
    select
        parts.payment_key,
        parts.invoice_key,
        parts.applied_amount,
        sum(case when payments.payment_status = 'succeeded' then parts.applied_amount else 0 end) over (
            partition by parts.invoice_key
            order by payments.paid_at, payments.payment_key
            rows between unbounded preceding and current row
        ) as running_amount
    from parts
    inner join payments on payments.payment_key = parts.payment_key
    where parts.invoice_key is not null
),

taxed as (
    select
        running.payment_key,
        running.invoice_key,
        case
            when payments.payment_status = 'voided'
                then {{ share_of_amount('running.applied_amount', 'invoices.tax_amount', 'invoices.total_amount') }}
            else
                {{ share_of_amount('running.running_amount', 'invoices.tax_amount', 'invoices.total_amount') }}
                - {{ share_of_amount(
                    '(running.running_amount - running.applied_amount)', 'invoices.tax_amount', 'invoices.total_amount'
                ) }}
        end as tax_amount
    from running
    inner join payments on payments.payment_key = running.payment_key
    inner join invoices on invoices.invoice_key = running.invoice_key
),

-- One job per payment, for parts that are applied to no invoice of a job.
payment_jobs as (
    select
        parts.payment_key,
        min(coalesce(invoices.job_key, jobs.job_key)) as job_key
    from parts
    inner join payments on payments.payment_key = parts.payment_key
    left join invoices on invoices.invoice_key = parts.invoice_key
    left join jobs on jobs.job_key = payments.job_key
    group by parts.payment_key
),

-- An unlinked refund is charged to the household's latest job that had been paid by then.
latest_paid_jobs as (
    select
        refunds.payment_key,
        payment_jobs.job_key,
        row_number() over (
            partition by refunds.payment_key order by earlier.paid_at desc, earlier.payment_key
        ) as recency_rank
    from payments as refunds
    inner join {{ ref('int_refunds__linked') }} as links
        on links.payment_key = refunds.payment_key
        and links.link_method = 'unlinked'
    inner join members as refunded on refunded.customer_key = refunds.customer_key
    inner join members as payers on payers.household_key = refunded.household_key
    inner join payments as earlier
        on earlier.customer_key = payers.customer_key
        and earlier.amount > 0
        and earlier.payment_status = 'succeeded'
        and earlier.paid_at <= refunds.paid_at
    inner join payment_jobs on payment_jobs.payment_key = earlier.payment_key
    where payment_jobs.job_key is not null
),

placed as (
    select
        parts.payment_key,
        parts.invoice_key,
        parts.applied_amount,
        coalesce(taxed.tax_amount, 0) as tax_amount,
        coalesce(
            invoices.job_key, own.job_key, originals.job_key, latest_paid_jobs.job_key
        ) as job_key
    from parts
    left join taxed on taxed.payment_key = parts.payment_key and taxed.invoice_key = parts.invoice_key
    left join invoices on invoices.invoice_key = parts.invoice_key
    left join payment_jobs as own on own.payment_key = parts.payment_key
    left join {{ ref('int_refunds__linked') }} as links on links.payment_key = parts.payment_key
    left join payment_jobs as originals on originals.payment_key = links.refunds_payment_key
    left join latest_paid_jobs
        on latest_paid_jobs.payment_key = parts.payment_key
        and latest_paid_jobs.recency_rank = 1
)

select
    payments.payment_key || '|' || coalesce(placed.invoice_key, 'unapplied') as payment_part_key,
    payments.payment_key,
    placed.invoice_key,
    placed.job_key,
    payments.platform,
    payments.account_id,
    accounts.brand_key,
    accounts.timezone,
    members.household_key,
    payments.payment_kind,
    payments.payment_status = 'voided' as is_void,
    links.refunds_payment_key,
    links.link_method as refund_link_method,
    payments.paid_at,
    payments.paid_on,
    coalesce({{ business_date('payments.created_at', 'accounts.timezone') }}, payments.paid_on) as recorded_on,
    {{ business_date('coalesce(payments.updated_at, payments.paid_at)', 'accounts.timezone') }} as last_changed_on,
    cast(placed.applied_amount as decimal(18, 2)) as applied_amount,
    cast(placed.applied_amount - placed.tax_amount as decimal(18, 2)) as amount,
    cast(placed.tax_amount as decimal(18, 2)) as tax_amount
from placed
inner join payments on payments.payment_key = placed.payment_key
left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = payments.account_id
left join jobs on jobs.job_key = placed.job_key
left join members on members.customer_key = coalesce(payments.customer_key, jobs.customer_key)
left join {{ ref('int_refunds__linked') }} as links on links.payment_key = payments.payment_key
