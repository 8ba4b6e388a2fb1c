-- Money earned and never billed. A no-charge job of zero is done when it is completed; everything else needs an invoice
-- that still stands, once the grace period for closing out has passed. At risk is the work's price before tax where the
-- platform tells: the tax is not known before there is an invoice.
with standing_invoices as (
    select distinct job_key
    from {{ ref('int_invoices__unioned') }}
    where job_key is not null
      and not is_deleted
      and invoice_status not in ('voided', 'canceled')
)

select
    'job' as entity,
    jobs.job_key as entity_key,
    jobs.platform,
    jobs.account_id,
    jobs.native_id,
    jobs.native_url,
    jobs.job_key,
    'an invoice' as expected,
    'none' as actual,
    coalesce(jobs.subtotal_amount, jobs.total_amount) as difference_amount,
    coalesce(jobs.subtotal_amount, jobs.total_amount, 0) as dollars_at_risk,
    jobs.completed_on as occurred_on
from {{ ref('int_jobs__unioned') }} as jobs
cross join {{ ref('int_data__as_of') }} as data
left join standing_invoices on standing_invoices.job_key = jobs.job_key
where jobs.job_status = 'completed'
  and not jobs.is_deleted
  and not (coalesce(jobs.is_no_charge, false) and coalesce(jobs.total_amount, 0) = 0)
  and standing_invoices.job_key is null
  and jobs.completed_at
      < data.as_of_at - {{ setting('tolerances.completed_without_invoice_hours', 'integer') }} * interval '1 hour'
