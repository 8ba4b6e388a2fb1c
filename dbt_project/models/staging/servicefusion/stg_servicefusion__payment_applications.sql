with payments as (
    select *, native_id || '|' || payment.invoice_id as application_native_id
    from {{ ref('base_servicefusion__payments') }}
    where payment.invoice_id is not null
)

select
    {{ entity_key('platform', 'account_id', 'application_native_id') }} as payment_application_key,
    platform,
    account_id,
    application_native_id as native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    is_deleted,
    {{ entity_key('platform', 'account_id', 'native_id') }} as payment_key,
    {{ entity_key('platform', 'account_id', 'payment.invoice_id') }} as invoice_key,
    received_on as applied_on,
    amount as applied_amount,
    {{ json_object({'inside': 'object_name'}) }} as vendor_attributes,
    changed_at as _loaded_at
from payments
