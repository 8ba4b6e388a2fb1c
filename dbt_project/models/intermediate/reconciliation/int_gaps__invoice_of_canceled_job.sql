-- An invoice that stands without work behind it: its job was canceled, or it names none although it bills one.
select
    'invoice' as entity,
    invoices.invoice_key as entity_key,
    invoices.platform,
    invoices.account_id,
    invoices.native_id,
    invoices.native_url,
    invoices.job_key,
    'a job that was not canceled' as expected,
    case when invoices.job_key is null then 'no job' else 'a canceled job' end as actual,
    invoices.total_amount as difference_amount,
    abs(invoices.total_amount) as dollars_at_risk,
    invoices.invoiced_on as occurred_on
from {{ ref('int_invoices__unioned') }} as invoices
left join {{ ref('int_jobs__unioned') }} as jobs on jobs.job_key = invoices.job_key
where not invoices.is_deleted
  and invoices.invoice_status not in ('voided', 'canceled')
  and invoices.invoice_kind = 'job'
  and invoices.total_amount <> 0
  and (invoices.job_key is null or jobs.job_status = 'canceled')
