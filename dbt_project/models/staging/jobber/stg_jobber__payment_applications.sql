-- A record names one invoice at most, and pays it with its whole amount.
with payments as (
    select * from {{ ref('base_jobber__payments') }} where record.invoice.id is not null
)

select
    {{ entity_key('platform', 'account_id', "native_id || '|' || record.invoice.id") }} as payment_application_key,
    platform,
    account_id,
    native_id || '|' || record.invoice.id as native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    removed_at is not null as is_deleted,
    {{ entity_key('platform', 'account_id', 'native_id') }} as payment_key,
    {{ entity_key('platform', 'account_id', 'record.invoice.id') }} as invoice_key,
    {{ business_date('paid_at', 'timezone') }} as applied_on,
    cast(amount as decimal(18, 2)) as applied_amount,
    cast(null as varchar) as vendor_attributes,
    changed_at as _loaded_at
from payments
