-- More was applied to an invoice than it asks for: charged twice, keyed in twice, or a tip or surcharge that the invoice
-- does not show. The customer will ask for it back.
with applied as (
    select applications.invoice_key, sum(applications.applied_amount) as applied_amount
    from {{ ref('int_payment_applications__unioned') }} as applications
    inner join {{ ref('int_payments__unioned') }} as payments on payments.payment_key = applications.payment_key
    where payments.payment_status = 'succeeded'
      and not payments.is_deleted
      and not applications.is_deleted
    group by applications.invoice_key
)

select
    'invoice' as entity,
    invoices.invoice_key as entity_key,
    invoices.platform,
    invoices.account_id,
    invoices.native_id,
    invoices.native_url,
    invoices.job_key,
    'at most ' || invoices.total_amount as expected,
    cast(applied.applied_amount as varchar) as actual,
    applied.applied_amount - invoices.total_amount as difference_amount,
    applied.applied_amount - invoices.total_amount as dollars_at_risk,
    invoices.invoiced_on as occurred_on
from {{ ref('int_invoices__unioned') }} as invoices
inner join applied on applied.invoice_key = invoices.invoice_key
where not invoices.is_deleted
  and invoices.invoice_status not in ('voided', 'canceled')
  and invoices.total_amount >= 0
  and applied.applied_amount - invoices.total_amount > {{ setting('tolerances.invoice_amount', 'decimal(18, 2)') }}
