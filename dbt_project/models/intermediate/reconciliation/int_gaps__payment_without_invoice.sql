-- Money received that pays for nothing on the books: no application to an invoice that exists and stands.
with applied as (
    select
        applications.payment_key,
        sum(applications.applied_amount) as applied_amount
    from {{ ref('int_payment_applications__unioned') }} as applications
    inner join {{ ref('int_invoices__unioned') }} as invoices
        on invoices.invoice_key = applications.invoice_key
        and not invoices.is_deleted
    where not applications.is_deleted
    group by applications.payment_key
)

select
    'payment' as entity,
    payments.payment_key as entity_key,
    payments.platform,
    payments.account_id,
    payments.native_id,
    payments.native_url,
    payments.job_key,
    'applied to an invoice' as expected,
    'applied to none' as actual,
    payments.amount as difference_amount,
    payments.amount as dollars_at_risk,
    payments.paid_on as occurred_on
from {{ ref('int_payments__unioned') }} as payments
cross join {{ ref('int_data__as_of') }} as data
left join applied on applied.payment_key = payments.payment_key
where payments.payment_kind = 'payment'
  and payments.payment_status = 'succeeded'
  and payments.amount > 0
  and not payments.is_deleted
  and coalesce(applied.applied_amount, 0) = 0
  and payments.paid_at
      < data.as_of_at - {{ setting('tolerances.payment_without_invoice_hours', 'integer') }} * interval '1 hour'
