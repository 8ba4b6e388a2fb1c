-- Every invoice on its date, ex tax with the tax beside it. Adjustments are invoices of their own with their own sign; a
-- void takes back exactly what was invoiced, on the day of the void.
with invoices as (
    select * from {{ ref('int_invoices__enriched') }}
)

select
    {{ revenue_entry_key("'invoiced'", 'invoice_key', "'original'") }} as entry_key,
    'invoiced' as entry_type,
    invoice_kind = 'adjustment' as is_reversal,
    case when invoice_kind = 'adjustment' then 'adjustment' end as reversal_kind,
    case when invoice_kind = 'adjustment' then
        {{ revenue_entry_key("'invoiced'", 'adjusts_invoice_key', "'original'") }}
    end as reverses_entry_key,
    subtotal_amount as amount,
    tax_amount,
    {{ business_day_starts_at('invoiced_on', 'timezone') }} as event_at,
    invoiced_on as event_on,
    greatest(recorded_on, invoiced_on) as posted_on,
    job_key,
    invoice_key,
    cast(null as varchar) as payment_key,
    cast(null as varchar) as estimate_key,
    household_key,
    brand_key,
    platform,
    account_id
from invoices

union all

select
    {{ revenue_entry_key("'invoiced'", 'invoice_key', "'void'") }},
    'invoiced',
    true,
    'void',
    {{ revenue_entry_key("'invoiced'", 'invoice_key', "'original'") }},
    -subtotal_amount,
    -tax_amount,
    {{ business_day_starts_at('voided_on', 'timezone') }},
    voided_on,
    voided_on,
    job_key,
    invoice_key,
    cast(null as varchar),
    cast(null as varchar),
    household_key,
    brand_key,
    platform,
    account_id
from invoices
where is_void
