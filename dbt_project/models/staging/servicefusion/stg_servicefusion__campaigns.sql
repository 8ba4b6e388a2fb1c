with parsed as (
    select
        *,
        'servicefusion' as platform,
        {{ json_fields('payload', text_fields(['short_name', 'long_name'])) }} as source_entry
    from {{ source('servicefusion', 'sources') }}
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
    source_entry.short_name as campaign_name,
    cast(null as varchar) as category_name,
    cast(null as varchar) as source_name,
    cast(null as varchar) as medium_name,
    cast(null as varchar) as tracking_phones,
    removed_at is null as is_active,
    {{ json_object({'long_name': 'source_entry.long_name'}) }} as vendor_attributes,
    changed_at as _loaded_at
from parsed
