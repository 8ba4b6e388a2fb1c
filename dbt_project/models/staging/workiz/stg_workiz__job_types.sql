-- Job types cannot be read; one is known by the jobs and leads that name it.
with named as (
    select platform, account_id, job_type_name as native_id, changed_at from {{ ref('base_workiz__jobs') }}
    union all
    select platform, account_id, job_type_name, changed_at from {{ ref('base_workiz__leads') }}
),

job_types as (
    select platform, account_id, native_id, min(changed_at) as changed_at
    from named
    where native_id is not null
    group by platform, account_id, native_id
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
    native_id as job_type_name,
    {{ trade_named('native_id') }} as trade,
    cast(null as varchar) as job_class,
    cast(null as integer) as duration_minutes,
    cast(null as decimal(18, 2)) as sold_threshold_amount,
    true as is_active,
    cast(null as varchar) as vendor_attributes,
    changed_at as _loaded_at
from job_types
