with payments as (
    select
        *,
        -- Only the day of receipt is told; the stamp of the entry tells the hour if it was made that day.
        case
            when {{ business_date('created_at', 'timezone') }} = received_on then created_at
            else {{ business_day_starts_at('received_on', 'timezone') }}
        end as paid_at
    from {{ ref('base_servicefusion__payments') }}
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as payment_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    created_at,
    updated_at,
    is_deleted,
    {{ entity_key('platform', 'account_id', 'customer_native_id') }} as customer_key,
    case when object_name = 'jobs' then {{ entity_key('platform', 'account_id', 'work_native_id') }} end as job_key,
    case when transaction_kind = 'void' then 'payment' else transaction_kind end as payment_kind,
    nullif(payment.transaction_type, '') as vendor_transaction_type,
    case when is_void then 'voided' else 'succeeded' end as payment_status,
    lower(payment.type) as payment_method,
    paid_at,
    received_on as paid_on,
    amount,
    case when payment.invoice_id is null then amount else cast(0 as decimal(18, 2)) end as unapplied_amount,
    -- Not told by this vendor: what was paid on top, and what the processor kept.
    cast(null as decimal(18, 2)) as tip_amount,
    cast(null as decimal(18, 2)) as surcharge_amount,
    cast(null as decimal(18, 2)) as fee_amount,
    {{ entity_key('platform', 'account_id', 'refunded_native_id') }} as refunds_payment_key,
    {{ json_object({
        'memo': 'payment.memo',
        'reference_number': 'payment.reference_number',
        'inside': 'object_name'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from payments
