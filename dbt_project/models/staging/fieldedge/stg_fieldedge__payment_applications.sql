with applications as (
    select
        platform, account_id, native_id as payment_native_id, paid_at, timezone, changed_at,
        {{ json_elements('applications') }} as application, generate_subscripts(applications, 1) as line_number
    from {{ ref('base_fieldedge__payments') }}
),

-- Should an invoice stand twice under one payment, both count.
identified as (
    select *, payment_native_id || '|' || application.invoice_id || '|' || line_number as native_id
    from applications
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as payment_application_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    false as is_deleted,
    {{ entity_key('platform', 'account_id', 'payment_native_id') }} as payment_key,
    {{ entity_key('platform', 'account_id', 'application.invoice_id') }} as invoice_key,
    {{ business_date('paid_at', 'timezone') }} as applied_on,
    application.applied_amount,
    cast(null as varchar) as vendor_attributes,
    changed_at as _loaded_at
from identified
