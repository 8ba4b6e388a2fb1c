-- The list of sources cannot be read; an entry is known by the jobs and leads that name it.
with named as (
    select platform, account_id, source_name as native_id, booked_at as seen_at, changed_at
    from {{ ref('base_workiz__jobs') }}
    union all
    select platform, account_id, source_name, created_at, changed_at from {{ ref('base_workiz__leads') }}
),

sources as (
    select platform, account_id, native_id, min(changed_at) as changed_at
    from named
    where native_id is not null
    group by platform, account_id, native_id
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as campaign_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    false as is_deleted,
    native_id as campaign_name,
    cast(null as varchar) as category_name,
    cast(null as varchar) as source_name,
    cast(null as varchar) as medium_name,
    cast(null as varchar) as tracking_phones,
    true as is_active,
    cast(null as varchar) as vendor_attributes,
    changed_at as _loaded_at
from sources
