-- Payments and refunds exist inside invoices only. A refund here is negative, as everywhere past staging.
with invoices as (
    select * from {{ ref('base_housecallpro__invoices') }}
),

payments as (
    select
        platform, account_id, native_id as invoice_native_id, invoice.job_id as job_native_id, customer_native_id,
        timezone, {{ json_elements('invoice.payments') }} as payment, removed_at, changed_at
    from invoices
),

refunds as (
    select
        platform, account_id, native_id as invoice_native_id, invoice.job_id as job_native_id, customer_native_id,
        timezone, invoice.payments as payments, {{ json_elements('invoice.refunds') }} as refund, removed_at, changed_at
    from invoices
),

movements as (
    select
        platform, account_id, invoice_native_id, job_native_id, customer_native_id, timezone, removed_at, changed_at,
        payment.id as payment_id,
        -- A refund was also seen as a payment of the category refund, by method or by sign.
        coalesce(payment.category = 'refund', false)
            or coalesce(payment.payment_method = 'card_refund', false)
            or cast(payment.amount as bigint) < 0 as is_refund,
        payment.status, payment.payment_method, payment.paid_at, cast(payment.amount as bigint) as cents,
        payment.category, payment.note, payment.surcharge_fee_amount,
        cast(null as varchar) as refunded_tip_amount,
        cast(null as varchar) as refunded_payment_id
    from payments

    union all

    select
        platform, account_id, invoice_native_id, job_native_id, customer_native_id, timezone, removed_at, changed_at,
        refund.id, true, refund.status, refund.payment_method, refund.refunded_at, cast(refund.amount as bigint),
        refund.category, null, refund.surcharge_fee_amount, refund.tip_amount,
        -- A refund does not name its payment; where there is one only, it is that one.
        case when len(payments) = 1 then payments[1].id end
    from refunds
),

-- Should one id stand in several invoices, each is a movement of its own: nothing is merged, nothing lost.
numbered as (
    select
        *,
        row_number() over (partition by account_id, payment_id order by invoice_native_id, paid_at, cents) as repetition
    from movements
)

select
    *,
    payment_id || case when repetition > 1 then '|' || repetition else '' end as native_id,
    {{ utc_timestamp('paid_at') }} as moved_at,
    {{ cents_to_amount('case when is_refund then -abs(cents) else cents end') }} as amount
from numbered
