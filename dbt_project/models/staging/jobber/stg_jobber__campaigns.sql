-- The vendor has no campaigns: these are the entries of the office's own drop-down "Lead source".
with entries as (
    select * from {{ ref('base_jobber__drop_downs') }} where field_name = 'lead source'
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as campaign_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    removed_at is not null as is_deleted,
    entry as campaign_name,
    cast(null as varchar) as category_name,
    cast(null as varchar) as source_name,
    cast(null as varchar) as medium_name,
    cast(null as varchar) as tracking_phones,
    removed_at is null as is_active,
    {{ json_object({'applies_to': 'applies_to'}) }} as vendor_attributes,
    changed_at as _loaded_at
from entries
