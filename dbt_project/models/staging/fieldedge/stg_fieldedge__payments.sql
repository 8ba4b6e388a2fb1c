with payments as (
    select
        *,
        coalesce(list_sum(list_transform(applications, lambda one: one.applied_amount)), 0) as applied_amount
    from {{ ref('base_fieldedge__payments') }}
),

applications as (
    select account_id, native_id, amount, {{ json_elements('applications') }} as application from payments
),

invoices as (
    select account_id, native_id, customer_native_id, work_order_native_id from {{ ref('base_fieldedge__invoices') }}
),

-- A refund does not name its payment; where its invoice has one only, it is that one.
sole_payments as (
    select account_id, application.invoice_id, min(native_id) as payment_native_id
    from applications
    where amount > 0
    group by account_id, application.invoice_id
    having count(*) = 1
),

paid as (
    select
        applications.account_id,
        applications.native_id,
        min(invoices.customer_native_id) as customer_native_id,
        -- A payment of several work orders belongs to none of them alone; its applications say what is whose.
        case when count(distinct invoices.work_order_native_id) = 1 then min(invoices.work_order_native_id) end
            as work_order_native_id,
        min(case when applications.amount < 0 then sole_payments.payment_native_id end) as refunded_native_id
    from applications
    left join invoices
        on invoices.account_id = applications.account_id and invoices.native_id = application.invoice_id
    left join sole_payments
        on sole_payments.account_id = applications.account_id and sole_payments.invoice_id = application.invoice_id
    group by applications.account_id, applications.native_id
),

mapped as (
    select
        payments.*,
        {{ canonical_value('fieldedge', 'payment.status', 'payments.vendor_status') }} as payment_status,
        coalesce(payments.customer_native_id, paid.customer_native_id) as payer_native_id,
        paid.work_order_native_id,
        paid.refunded_native_id
    from payments
    left join paid on paid.account_id = payments.account_id and paid.native_id = payments.native_id
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as payment_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    -- No time of voiding is told: the first export that shows it is the nearest there is.
    case when payment_status = 'voided' then changed_at end as updated_at,
    false as is_deleted,
    {{ entity_key('platform', 'account_id', 'payer_native_id') }} as customer_key,
    {{ entity_key('platform', 'account_id', 'work_order_native_id') }} as job_key,
    case when amount < 0 then 'refund' else 'payment' end as payment_kind,
    payment_status,
    vendor_status as vendor_payment_status,
    replace(lower(method), ' ', '_') as payment_method,
    paid_at,
    {{ business_date('paid_at', 'timezone') }} as paid_on,
    amount,
    cast(amount - applied_amount as decimal(18, 2)) as unapplied_amount,
    -- Not told by this vendor: what was paid on top, and what the processor kept.
    cast(null as decimal(18, 2)) as tip_amount,
    cast(null as decimal(18, 2)) as surcharge_amount,
    cast(null as decimal(18, 2)) as fee_amount,
    {{ entity_key('platform', 'account_id', 'refunded_native_id') }} as refunds_payment_key,
    {{ json_object({'entry_type': 'entry_type'}) }} as vendor_attributes,
    changed_at as _loaded_at
from mapped
