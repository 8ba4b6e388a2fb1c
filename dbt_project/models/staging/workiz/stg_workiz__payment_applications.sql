-- A derived payment pays its own job's derived invoice.
with movements as (
    select *, native_id || '|' || job_native_id as application_native_id
    from {{ ref('base_workiz__payments') }}
)

select
    {{ entity_key('platform', 'account_id', 'application_native_id') }} as payment_application_key,
    platform,
    account_id,
    application_native_id as native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    removed_at is not null as is_deleted,
    {{ entity_key('platform', 'account_id', 'native_id') }} as payment_key,
    {{ entity_key('platform', 'account_id', 'job_native_id') }} as invoice_key,
    {{ business_date('seen_at', 'timezone') }} as applied_on,
    amount as applied_amount,
    cast(null as varchar) as vendor_attributes,
    seen_at as _loaded_at
from movements
