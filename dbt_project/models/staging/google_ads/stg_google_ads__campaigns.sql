select
    {{ entity_key('platform', 'account_id', 'native_id') }} as campaign_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    removed_at is not null or status = 'REMOVED' as is_deleted,
    campaign_name,
    cast(null as varchar) as category_name,
    source_name,
    advertising_channel_type as vendor_advertising_channel_type,
    cast(null as varchar) as medium_name,
    cast(null as varchar) as tracking_phones,
    status = 'ENABLED' and removed_at is null as is_active,
    {{ json_object({
        'status': 'status',
        'serving_status': 'serving_status',
        'advertising_channel_type': 'advertising_channel_type',
        'advertising_channel_sub_type': 'advertising_channel_sub_type',
        'tracking_url_template': 'tracking_url_template',
        'final_url_suffix': 'final_url_suffix'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from {{ ref('base_google_ads__campaigns') }}
