with movements as (
    select * from {{ ref('base_workiz__payments') }}
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
    {{ entity_key('platform', 'account_id', 'client_native_id') }} as customer_key,
    {{ entity_key('platform', 'account_id', 'job_native_id') }} as job_key,
    case when amount < 0 then 'refund' else 'payment' end as payment_kind,
    'succeeded' as payment_status,
    cast(null as varchar) as payment_method,
    seen_at as paid_at,
    {{ business_date('seen_at', 'timezone') }} as paid_on,
    amount,
    cast(0 as decimal(18, 2)) as unapplied_amount,
    -- Not told by this vendor: what was paid on top, and what the processor kept.
    cast(null as decimal(18, 2)) as tip_amount,
    cast(null as decimal(18, 2)) as surcharge_amount,
    cast(null as decimal(18, 2)) as fee_amount,
    cast(null as varchar) as refunds_payment_key,
    {{ json_object({'is_derived': 'true'}) }} as vendor_attributes,
    seen_at as _loaded_at
from movements
