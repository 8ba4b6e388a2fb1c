-- There are no payments to read. What a job's total has over its balance was paid: one derived payment per job, less what
-- was given back, dated by the first time that the job was read as it is now.
with jobs as (
    select * from {{ ref('base_workiz__jobs') }} where paid_amount <> 0
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
    {{ entity_key('platform', 'account_id', 'native_id') }} as job_key,
    'payment' as payment_kind,
    'succeeded' as payment_status,
    cast(null as varchar) as payment_method,
    changed_at as paid_at,
    {{ business_date('changed_at', 'timezone') }} as paid_on,
    paid_amount as amount,
    cast(0 as decimal(18, 2)) as unapplied_amount,
    cast(null as varchar) as refunds_payment_key,
    {{ json_object({'is_derived': 'true'}) }} as vendor_attributes,
    changed_at as _loaded_at
from jobs
