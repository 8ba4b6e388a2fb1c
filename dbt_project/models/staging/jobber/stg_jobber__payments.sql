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
    {{ entity_key('platform', 'account_id', 'refunded_native_id') }} as refunds_payment_key,
    {{ json_object({
        'record_type': 'record.__typename',
        'details': 'record.details',
        'check_number': 'record.checkNumber',
        'tip_amount': 'record.tipAmount',
        'quote_native_id': 'record.quote.id'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from payments
