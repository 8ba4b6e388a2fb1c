with parsed as (
    select
        *,
        'housecallpro' as platform,
        {{ json_fields('payload', text_fields(['name', 'editable'])) }} as lead_source
    from {{ source('housecallpro', 'lead_sources') }}
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
    lead_source.name as campaign_name,
    cast(null as varchar) as category_name,
    cast(null as varchar) as source_name,
    cast(null as varchar) as medium_name,
    cast(null as varchar) as tracking_phones,
    removed_at is null as is_active,
    {{ json_object({'is_editable': 'cast(lead_source.editable as boolean)'}) }} as vendor_attributes,
    changed_at as _loaded_at
from parsed
