-- Work done, priced by its invoices, ex tax. An invoice counts on the day the job was completed. What corrects it later
-- (an adjustment, a void) is an entry of its own on its own day, never before completion.
with completed_invoices as (
    select
        invoices.*,
        jobs.completed_at,
        jobs.completed_on,
        greatest(invoices.invoiced_on, jobs.completed_on) as adjusted_on,
        greatest(invoices.voided_on, jobs.completed_on) as taken_back_on
    from {{ ref('int_invoices__enriched') }} as invoices
    inner join {{ ref('int_jobs__enriched') }} as jobs on jobs.job_key = invoices.job_key
    where jobs.is_completed
      and invoices.invoice_kind in ('job', 'adjustment')
)

select
    {{ revenue_entry_key("'completed'", 'invoice_key', "'original'") }} as entry_key,
    'completed' as entry_type,
    invoice_kind = 'adjustment' as is_reversal,
    case when invoice_kind = 'adjustment' then 'adjustment' end as reversal_kind,
    case when invoice_kind = 'adjustment' then
        {{ revenue_entry_key("'completed'", 'adjusts_invoice_key', "'original'") }}
    end as reverses_entry_key,
    subtotal_amount as amount,
    tax_amount,
    case when invoice_kind = 'adjustment' and adjusted_on > completed_on
        then {{ business_day_starts_at('adjusted_on', 'timezone') }}
        else completed_at
    end as event_at,
    case when invoice_kind = 'adjustment' then adjusted_on else completed_on end as event_on,
    greatest(recorded_on, completed_on) as posted_on,
    job_key,
    invoice_key,
    cast(null as varchar) as payment_key,
    cast(null as varchar) as estimate_key,
    household_key,
    brand_key,
    platform,
    account_id
from completed_invoices

union all

select
    {{ revenue_entry_key("'completed'", 'invoice_key', "'void'") }},
    'completed',
    true,
    'void',
    {{ revenue_entry_key("'completed'", 'invoice_key', "'original'") }},
    -subtotal_amount,
    -tax_amount,
    case when taken_back_on > completed_on
        then {{ business_day_starts_at('taken_back_on', 'timezone') }}
        else completed_at
    end,
    taken_back_on,
    taken_back_on,
    job_key,
    invoice_key,
    cast(null as varchar),
    cast(null as varchar),
    household_key,
    brand_key,
    platform,
    account_id
from completed_invoices
where is_void
