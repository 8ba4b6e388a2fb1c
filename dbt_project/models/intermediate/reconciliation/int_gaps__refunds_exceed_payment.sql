-- More money went back than came: a refund that was made twice, in two systems or by two people.
with refunded as (
    select linked.refunds_payment_key as payment_key, -sum(refunds.amount) as refunded_amount
    from {{ ref('int_refunds__linked') }} as linked
    inner join {{ ref('int_payments__unioned') }} as refunds on refunds.payment_key = linked.payment_key
    where linked.refunds_payment_key is not null
      and refunds.payment_status = 'succeeded'
    group by linked.refunds_payment_key
)

select
    'payment' as entity,
    payments.payment_key as entity_key,
    payments.platform,
    payments.account_id,
    payments.native_id,
    payments.native_url,
    payments.job_key,
    'at most ' || payments.amount || ' given back' as expected,
    cast(refunded.refunded_amount as varchar) as actual,
    refunded.refunded_amount - payments.amount as difference_amount,
    refunded.refunded_amount - payments.amount as dollars_at_risk,
    payments.paid_on as occurred_on
from {{ ref('int_payments__unioned') }} as payments
inner join refunded on refunded.payment_key = payments.payment_key
where not payments.is_deleted
  and refunded.refunded_amount - payments.amount > {{ setting('tolerances.invoice_amount', 'decimal(18, 2)') }}
