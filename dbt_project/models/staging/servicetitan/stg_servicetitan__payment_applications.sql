with payments as (
    select
        *,
        {{ json_fields('payload', text_fields(
            ['active', 'total', 'refundedPaymentId', 'createdOn', 'modifiedOn'],
            {'appliedTo': [text_fields(['appliedId', 'appliedTo', 'appliedAmount', 'appliedOn', 'appliedBy'])]}
        )) }} as payment
    from {{ source('servicetitan', 'payments') }}
),

applications as (
    select
        account_id,
        native_id as payment_native_id,
        payment,
        removed_at,
        changed_at,
        {{ json_elements('payment.appliedTo') }} as application
    from payments
),

numbered as (
    select
        *,
        'servicetitan' as platform,
        row_number() over (
            partition by account_id, payment_native_id, application.appliedId
            order by application.appliedOn, application.appliedTo, application.appliedAmount
        ) as repetition
    from applications
),

named as (
    select
        *,
        payment_native_id || '|' || application.appliedId
            || case when repetition > 1 then '|' || repetition else '' end as native_id
    from numbered
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as payment_application_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('payment.createdOn') }} as created_at,
    {{ utc_timestamp('payment.modifiedOn') }} as updated_at,
    removed_at is not null or not coalesce(cast(payment.active as boolean), true) as is_deleted,
    {{ entity_key('platform', 'account_id', 'payment_native_id') }} as payment_key,
    {{ entity_key('platform', 'account_id', 'application.appliedTo') }} as invoice_key,
    {{ calendar_date('application.appliedOn') }} as applied_on,
    cast(
        case
            when payment.refundedPaymentId is not null or cast(payment.total as decimal(18, 2)) < 0
                then -abs(cast(application.appliedAmount as decimal(18, 2)))
            else cast(application.appliedAmount as decimal(18, 2))
        end as decimal(18, 2)
    ) as applied_amount,
    {{ json_object({'applied_by': 'application.appliedBy'}) }} as vendor_attributes,
    changed_at as _loaded_at
from named
