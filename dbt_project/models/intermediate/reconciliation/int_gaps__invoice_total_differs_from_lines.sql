-- An invoice whose total is not its lines plus tax was edited after the fact or lost a line. Invoices without lines are
-- not judged here: a platform may leave them out, and the control totals count them.
with lines as (
    select
        invoice_key,
        sum(total_amount) as lines_amount
    from {{ ref('int_invoice_lines__unioned') }}
    where not is_deleted
    group by invoice_key
),

compared as (
    select
        invoices.*,
        lines.lines_amount + coalesce(invoices.tax_amount, 0) as expected_amount
    from {{ ref('int_invoices__unioned') }} as invoices
    inner join lines on lines.invoice_key = invoices.invoice_key
    where not invoices.is_deleted
      and invoices.invoice_status not in ('voided', 'canceled')
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
    cast(total_amount as varchar) as actual,
    total_amount - expected_amount as difference_amount,
    abs(total_amount - expected_amount) as dollars_at_risk,
    invoiced_on as occurred_on
from compared
where abs(total_amount - expected_amount) > {{ setting('tolerances.invoice_amount', 'decimal(18, 2)') }}
