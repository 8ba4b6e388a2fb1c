-- What moves with a payment and is nobody's revenue, on the day of the payment: a tip and a surcharge that the customer paid on
-- top, and the fee that a card processor or lender kept, which is a cost and so negative. What goes back with a refund points
-- at the payment's entry of that kind; a voided payment takes back all three.
with payments as (
    select payment_key, tip_amount, surcharge_amount, fee_amount
    from {{ ref('int_payments__unioned') }}
),

-- A payment for several invoices belongs to none of them, and to the job that its first part pays.
parts as (
    select
        payment_key,
        case when count(invoice_key) = 1 then min(invoice_key) end as invoice_key,
        min_by(job_key, payment_part_key) as job_key,
        min(refunds_payment_key) as refunds_payment_key,
        any_value(payment_kind) as payment_kind,
        bool_or(is_void) as is_void,
        any_value(paid_at) as paid_at,
        any_value(paid_on) as paid_on,
        any_value(recorded_on) as recorded_on,
        any_value(last_changed_on) as last_changed_on,
        any_value(timezone) as timezone,
        any_value(household_key) as household_key,
        any_value(brand_key) as brand_key,
        any_value(platform) as platform,
        any_value(account_id) as account_id
    from {{ ref('int_payments__applied') }}
    group by payment_key
),

asides as (
    {%- for entry_type, signed in {'tip': 'tip_amount', 'surcharge': 'surcharge_amount', 'fee': '-fee_amount'}.items() %}
    select '{{ entry_type }}' as entry_type, payment_key, {{ signed }} as amount
    from payments
    where {{ signed }} <> 0
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

moved as (
    select asides.entry_type, asides.amount, originals.payment_key as reversed_payment_key, parts.*
    from asides
    inner join parts on parts.payment_key = asides.payment_key
    left join asides as originals
        on originals.entry_type = asides.entry_type
        and originals.payment_key = parts.refunds_payment_key
)

select
    {{ revenue_entry_key('entry_type', 'payment_key', "'original'") }} as entry_key,
    entry_type,
    payment_kind = 'refund' as is_reversal,
    case when payment_kind = 'refund' then 'refund' end as reversal_kind,
    {{ revenue_entry_key('entry_type', 'reversed_payment_key', "'original'") }} as reverses_entry_key,
    amount,
    cast(0 as decimal(18, 2)) as tax_amount,
    paid_at as event_at,
    paid_on as event_on,
    greatest(recorded_on, paid_on) as posted_on,
    job_key,
    invoice_key,
    payment_key,
    cast(null as varchar) as estimate_key,
    household_key,
    brand_key,
    platform,
    account_id
from moved

union all

select
    {{ revenue_entry_key('entry_type', 'payment_key', "'void'") }},
    entry_type,
    true,
    'void',
    {{ revenue_entry_key('entry_type', 'payment_key', "'original'") }},
    -amount,
    cast(0 as decimal(18, 2)),
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
from moved
where is_void
