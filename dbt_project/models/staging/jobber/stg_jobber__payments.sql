with payments as (
    select
        *,
        -- Only processed payments have a transaction; what the office typed in has been taken.
        case when record.transactionStatus is null then 'succeeded'
            else {{ canonical_value('jobber', 'paymentRecord.transactionStatus', 'record.transactionStatus') }}
        end as payment_status
    from {{ ref('base_jobber__payments') }}
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as payment_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    removed_at is not null as is_deleted,
    {{ entity_key('platform', 'account_id', 'record.client.id') }} as customer_key,
    {{ entity_key('platform', 'account_id', 'job_native_id') }} as job_key,
    payment_kind,
    record.adjustmentType as vendor_adjustment_type,
    payment_status,
    record.transactionStatus as vendor_transaction_status,
    lower(record.paymentType) as payment_method,
    paid_at,
    {{ business_date('paid_at', 'timezone') }} as paid_on,
    cast(amount as decimal(18, 2)) as amount,
    case when record.invoice.id is null then cast(amount as decimal(18, 2)) else cast(0 as decimal(18, 2)) end
        as unapplied_amount,
    -- The vendor's amount is what the invoice or quote gets: a tip is on top of it, a fee is taken out of it afterwards. Nothing
    -- says which way the fee of a refund goes, so that one is not counted.
    cast(record.tipAmount as decimal(18, 2)) * case when payment_kind = 'refund' then -1 else 1 end as tip_amount,
    cast(null as decimal(18, 2)) as surcharge_amount,
    case when payment_kind = 'payment' then cast(record.feeAmount as decimal(18, 2)) end as fee_amount,
    {{ entity_key('platform', 'account_id', 'refunded_native_id') }} as refunds_payment_key,
    {{ json_object({
        'record_type': 'record.__typename',
        'details': 'record.details',
        'check_number': 'record.checkNumber',
        'fee_amount': 'record.feeAmount',
        'quote_native_id': 'record.quote.id'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from payments
