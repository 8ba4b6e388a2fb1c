with payments as (
    select * from {{ ref('base_housecallpro__payments') }}
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
    {{ entity_key('platform', 'account_id', 'customer_native_id') }} as customer_key,
    {{ entity_key('platform', 'account_id', 'job_native_id') }} as job_key,
    case when is_refund then 'refund' else 'payment' end as payment_kind,
    {{ canonical_value('housecallpro', 'payment.status', 'status') }} as payment_status,
    status as vendor_payment_status,
    lower(payment_method) as payment_method,
    moved_at as paid_at,
    {{ business_date('moved_at', 'timezone') }} as paid_on,
    amount,
    cast(0 as decimal(18, 2)) as unapplied_amount,
    -- A tip is shown only where it is given back, never where it is given: its figure stays among the vendor's attributes.
    cast(null as decimal(18, 2)) as tip_amount,
    {{ cents_to_amount(
        'case when is_refund then -1 else 1 end * abs(cast(surcharge_fee_amount as bigint))'
    ) }} as surcharge_amount,
    cast(null as decimal(18, 2)) as fee_amount,
    {{ entity_key('platform', 'account_id', 'refunded_payment_id') }} as refunds_payment_key,
    {{ json_object({
        'category': 'category',
        'note': 'note',
        'refunded_tip_amount': cents_to_amount('refunded_tip_amount')
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from payments
