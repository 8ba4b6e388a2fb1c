with applied as (
    select
        invoice_key,
        sum(applied_amount) as applied_amount
    from {{ ref('int_payments__applied') }}
    where invoice_key is not null and not is_void
    group by invoice_key
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
    invoices.is_void,
    invoices.brand_key,
    invoices.household_key,
    invoices.customer_key,
    invoices.job_key,
    invoices.membership_key,
    invoices.adjusts_invoice_key,
    invoices.invoiced_on,
    invoices.due_on,
    invoices.paid_on,
    invoices.voided_on,
    cast(invoices.subtotal_amount as decimal(18, 2)) as subtotal_amount,
    cast(invoices.discount_amount as decimal(18, 2)) as discount_amount,
    cast(invoices.tax_amount as decimal(18, 2)) as tax_amount,
    cast(invoices.total_amount as decimal(18, 2)) as total_amount,
    cast(case when invoices.is_void then 0 else invoices.subtotal_amount end as decimal(18, 2)) as invoiced_amount,
    cast(coalesce(applied.applied_amount, 0) as decimal(18, 2)) as applied_amount,
    cast(invoices.balance_amount as decimal(18, 2)) as balance_amount,
    invoices._loaded_at
from {{ ref('int_invoices__enriched') }} as invoices
left join applied on applied.invoice_key = invoices.invoice_key
