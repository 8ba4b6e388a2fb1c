-- Tasks as work orders name them.
with tasks as (
    select
        platform,
        account_id,
        lower(task) as native_id,
        min(task) as job_type_name,
        min(changed_at) as first_seen_at
    from {{ ref('base_fieldedge__work_orders') }}
    where task is not null
    group by all
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as job_type_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    false as is_deleted,
    job_type_name,
    {{ trade_named('job_type_name') }} as trade,
    cast(null as varchar) as job_class,
    cast(null as integer) as duration_minutes,
    cast(null as decimal(18, 2)) as sold_threshold_amount,
    true as is_active,
    cast(null as varchar) as vendor_attributes,
    first_seen_at as _loaded_at
from tasks
