-- Cash, on the day it moved: one entry per payment and invoice that it pays. A refund is negative and points at the entry
-- of the payment that it gives back; a voided payment is taken back by a second entry.
with parts as (
    select * from {{ ref('int_payments__applied') }}
),

-- A refund may be applied to another invoice than its payment was; then it points at the payment's first part.
payment_parts as (
    select
        payment_key,
        invoice_key,
        payment_part_key,
        row_number() over (partition by payment_key order by payment_part_key) as part_rank
    from parts
),

refunded as (
    select
        parts.payment_part_key,
        coalesce(same_invoice.payment_part_key, first_part.payment_part_key) as refunded_part_key
    from parts
    left join payment_parts as same_invoice
        on same_invoice.payment_key = parts.refunds_payment_key
        and same_invoice.invoice_key = parts.invoice_key
    left join payment_parts as first_part
        on first_part.payment_key = parts.refunds_payment_key
        and first_part.part_rank = 1
    where parts.payment_kind = 'refund'
)

select
    {{ revenue_entry_key("'collected'", 'parts.payment_part_key', "'original'") }} as entry_key,
    'collected' as entry_type,
    parts.payment_kind = 'refund' as is_reversal,
    case when parts.payment_kind = 'refund' then 'refund' end as reversal_kind,
    {{ revenue_entry_key("'collected'", 'refunded.refunded_part_key', "'original'") }} as reverses_entry_key,
    parts.amount,
    parts.tax_amount,
    parts.paid_at as event_at,
    parts.paid_on as event_on,
    greatest(parts.recorded_on, parts.paid_on) as posted_on,
    parts.job_key,
    parts.invoice_key,
    parts.payment_key,
    cast(null as varchar) as estimate_key,
    parts.household_key,
    parts.brand_key,
    parts.platform,
    parts.account_id
from parts
left join refunded on refunded.payment_part_key = parts.payment_part_key

union all

select
    {{ revenue_entry_key("'collected'", 'payment_part_key', "'void'") }},
    'collected',
    true,
    'void',
    {{ revenue_entry_key("'collected'", 'payment_part_key', "'original'") }},
    -amount,
    -tax_amount,
    {{ business_day_starts_at('greatest(last_changed_on, paid_on)', 'timezone') }},
    greatest(last_changed_on, paid_on),
    greatest(last_changed_on, paid_on),
    job_key,
    invoice_key,
    payment_key,
    cast(null as varchar),
    household_key,
    brand_key,
    platform,
    account_id
from parts
where is_void
