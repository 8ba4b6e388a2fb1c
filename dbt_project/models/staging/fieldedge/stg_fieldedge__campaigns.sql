-- No list of lead sources can be read; those that records name are what there is.
with named as (
    select platform, account_id, lead_source, changed_at from {{ ref('base_fieldedge__customers') }}
    union all
    select platform, account_id, lead_source, changed_at from {{ ref('base_fieldedge__work_orders') }}
    union all
    select platform, account_id, lead_source, changed_at from {{ ref('base_fieldedge__leads') }}
),

campaigns as (
    select
        platform,
        account_id,
        lower(trim(lead_source)) as native_id,
        min(trim(lead_source)) as campaign_name,
        min(changed_at) as first_seen_at
    from named
    where nullif(trim(lead_source), '') is not null
    group by all
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
    campaign_name,
    cast(null as varchar) as category_name,
    cast(null as varchar) as source_name,
    cast(null as varchar) as medium_name,
    cast(null as varchar) as tracking_phones,
    true as is_active,
    cast(null as varchar) as vendor_attributes,
    first_seen_at as _loaded_at
from campaigns
