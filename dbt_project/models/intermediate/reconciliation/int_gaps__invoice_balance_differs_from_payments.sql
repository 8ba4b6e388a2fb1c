-- The balance that the platform shows must be the total less what was applied. Refunds are applied as negative amounts
-- where the platform applies them; a failed or voided payment pays nothing.
with applied as (
    select
        applications.invoice_key,
        sum(applications.applied_amount) as applied_amount
    from {{ ref('int_payment_applications__unioned') }} as applications
    inner join {{ ref('int_payments__unioned') }} as payments
        on payments.payment_key = applications.payment_key
    where payments.payment_status = 'succeeded'
      and not payments.is_deleted
      and not applications.is_deleted
    group by applications.invoice_key
),

compared as (
    select
        invoices.*,
        invoices.total_amount - coalesce(applied.applied_amount, 0) as expected_amount
    from {{ ref('int_invoices__unioned') }} as invoices
    left join applied on applied.invoice_key = invoices.invoice_key
    where not invoices.is_deleted
      and invoices.invoice_status not in ('voided', 'canceled')
      and invoices.balance_amount is not null
)

select
    'invoice' as entity,
    invoice_key as entity_key,
    platform,
    account_id,
    native_id,
    native_url,
    job_key,
    cast(expected_amount as varchar) as expected,
    cast(balance_amount as varchar) as actual,
    balance_amount - expected_amount as difference_amount,
    abs(balance_amount - expected_amount) as dollars_at_risk,
    invoiced_on as occurred_on
from compared
where abs(balance_amount - expected_amount) > {{ setting('tolerances.invoice_amount', 'decimal(18, 2)') }}
