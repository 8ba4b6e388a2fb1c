-- Invoices with brand, household and the two dates that the books need: when invoiced, when taken back.
with members as (
    select record_key as customer_key, household_key
    from {{ ref('bridge_household_members') }}
    where entity = 'customer' and valid_to is null
),

jobs as (
    select job_key, customer_key, completed_on
    from {{ ref('int_jobs__unioned') }}
    where not is_deleted
),

-- An adjustment that names no job belongs to the job of the invoice that it corrects.
adjusted as (
    select invoice_key, job_key from {{ ref('int_invoices__unioned') }} where not is_deleted
)

select
    invoices.invoice_key,
    invoices.platform,
    invoices.account_id,
    invoices.native_id,
    invoices.native_url,
    invoices.invoice_number,
    invoices.invoice_kind,
    invoices.invoice_status,
    invoices.invoice_status in ('voided', 'canceled') as is_void,
    accounts.brand_key,
    accounts.timezone,
    members.household_key,
    coalesce(invoices.customer_key, jobs.customer_key) as customer_key,
    jobs.job_key,
    invoices.membership_key,
    invoices.adjusts_invoice_key,
    coalesce(
        invoices.invoiced_on,
        {{ business_date('invoices.created_at', 'accounts.timezone') }},
        jobs.completed_on,
        {{ business_date('invoices._loaded_at', 'accounts.timezone') }}
    ) as invoiced_on,
    coalesce(
        {{ business_date('invoices.created_at', 'accounts.timezone') }},
        invoices.invoiced_on
    ) as recorded_on,
    invoices.due_on,
    invoices.paid_on,
    case when invoices.invoice_status in ('voided', 'canceled') then
        coalesce(
            {{ business_date('coalesce(invoices.voided_at, invoices.updated_at)', 'accounts.timezone') }},
            invoices.invoiced_on
        )
    end as voided_on,
    coalesce(invoices.subtotal_amount, invoices.total_amount - coalesce(invoices.tax_amount, 0), 0) as subtotal_amount,
    coalesce(invoices.discount_amount, 0) as discount_amount,
    coalesce(invoices.tax_amount, 0) as tax_amount,
    coalesce(invoices.total_amount, invoices.subtotal_amount + coalesce(invoices.tax_amount, 0), 0) as total_amount,
    invoices.balance_amount,
    invoices._loaded_at
from {{ ref('int_invoices__unioned') }} as invoices
left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = invoices.account_id
left join adjusted on adjusted.invoice_key = invoices.adjusts_invoice_key
left join jobs on jobs.job_key = coalesce(invoices.job_key, adjusted.job_key)
left join members on members.customer_key = coalesce(invoices.customer_key, jobs.customer_key)
where not invoices.is_deleted
