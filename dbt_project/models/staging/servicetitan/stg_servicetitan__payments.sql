with parsed as (
    select
        *,
        'servicetitan' as platform,
        {{ json_fields('payload', text_fields(
            ['active', 'date', 'type', 'total', 'unappliedAmount', 'refundedPaymentId', 'createdOn', 'modifiedOn',
             'referenceNumber', 'checkNumber', 'memo', 'syncStatus'],
            {'customer': text_fields(['id']), 'businessUnit': text_fields(['name']), 'batch': text_fields(['number'])}
        )) }} as payment
    from {{ source('servicetitan', 'payments') }}
),

signed as (
    select
        *,
        {{ calendar_date('payment.date') }} as paid_on,
        removed_at is not null or not coalesce(cast(payment.active as boolean), true) as is_deleted,
        payment.refundedPaymentId is not null or cast(payment.total as decimal(18, 2)) < 0 as is_refund
    from parsed
)

select
    {{ entity_key('signed.platform', 'signed.account_id', 'signed.native_id') }} as payment_key,
    signed.platform,
    signed.account_id,
    signed.native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('payment.createdOn') }} as created_at,
    {{ utc_timestamp('payment.modifiedOn') }} as updated_at,
    signed.is_deleted,
    {{ entity_key('signed.platform', 'signed.account_id', 'payment.customer.id') }} as customer_key,
    cast(null as varchar) as job_key,
    case when signed.is_refund then 'refund' else 'payment' end as payment_kind,
    case when signed.is_deleted then 'voided' else 'succeeded' end as payment_status,
    lower(payment.type) as payment_method,
    {{ business_day_starts_at('signed.paid_on', 'accounts.timezone') }} as paid_at,
    signed.paid_on,
    -- A refund may come as a negative total, as a link to the refunded payment, or both.
    cast(
        case
            when signed.is_refund then -abs(cast(payment.total as decimal(18, 2)))
            else cast(payment.total as decimal(18, 2))
        end as decimal(18, 2)
    ) as amount,
    cast(
        case
            when signed.is_refund then -abs(cast(payment.unappliedAmount as decimal(18, 2)))
            else cast(payment.unappliedAmount as decimal(18, 2))
        end as decimal(18, 2)
    ) as unapplied_amount,
    -- Not told by this vendor: what was paid on top, and what the processor kept.
    cast(null as decimal(18, 2)) as tip_amount,
    cast(null as decimal(18, 2)) as surcharge_amount,
    cast(null as decimal(18, 2)) as fee_amount,
    {{ entity_key('signed.platform', 'signed.account_id', 'payment.refundedPaymentId') }} as refunds_payment_key,
    {{ json_object({
        'business_unit': 'payment.businessUnit.name',
        'batch_number': 'payment.batch.number',
        'reference_number': 'payment.referenceNumber',
        'check_number': 'payment.checkNumber',
        'memo': 'payment.memo',
        'sync_status': 'payment.syncStatus'
    }) }} as vendor_attributes,
    signed.changed_at as _loaded_at
from signed
left join {{ ref('stg_operator__accounts') }} as accounts
    on accounts.platform = signed.platform and accounts.account_id = signed.account_id
