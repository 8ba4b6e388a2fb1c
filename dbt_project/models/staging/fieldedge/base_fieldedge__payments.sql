with payments as (
    select
        *,
        {{ json_fields('payload', text_fields(
            ['customer_id', 'paid_at', 'entry_type', 'method', 'status', 'amount'],
            {'applications': [text_fields(['invoice_id', 'applied_amount'])]}
        )) }} as payment
    from {{ source('fieldedge', 'exported_payments') }}
)

select
    payments.account_id,
    payments.native_id,
    'fieldedge' as platform,
    payment.customer_id as customer_native_id,
    {{ utc_from_local('payment.paid_at', 'accounts.timezone') }} as paid_at,
    payment.entry_type,
    payment.method,
    payment.status as vendor_status,
    cast(payment.amount as decimal(18, 2)) as amount,
    -- A payment of one invoice may leave out how much of it the invoice gets: all of it.
    list_transform(
        list_filter(payment.applications, lambda application: application.invoice_id is not null),
        lambda application: {
            'invoice_id': application.invoice_id,
            'applied_amount': cast(
                case
                    when application.applied_amount is not null then application.applied_amount
                    when len(payment.applications) = 1 then payment.amount
                end as decimal(18, 2)
            )
        }
    ) as applications,
    accounts.timezone,
    payments.changed_at
from payments
left join {{ ref('stg_operator__accounts') }} as accounts
    on accounts.platform = 'fieldedge' and accounts.account_id = payments.account_id
