with parsed as (
    select
        *,
        'meta_ads' as platform,
        {{ json_fields('payload', text_fields(
            ['account_id', 'name', 'objective', 'buying_type', 'configured_status', 'effective_status', 'created_time',
             'updated_time', 'start_time', 'stop_time']
        )) }} as campaign
    from {{ source('meta_ads', 'campaigns') }}
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as campaign_key,
    platform,
    account_id,
    native_id,
    'https://adsmanager.facebook.com/adsmanager/manage/campaigns?act=' || campaign.account_id
        || '&selected_campaign_ids=' || native_id as native_url,
    {{ utc_timestamp('campaign.created_time') }} as created_at,
    {{ utc_timestamp('campaign.updated_time') }} as updated_at,
    removed_at is not null or lower(campaign.effective_status) = 'deleted' as is_deleted,
    campaign.name as campaign_name,
    cast(null as varchar) as category_name,
    'meta' as source_name,
    'paid_social' as medium_name,
    cast(null as varchar) as tracking_phones,
    cast({{ canonical_value('meta_ads', 'campaign.is_active', 'campaign.effective_status') }} as boolean) as is_active,
    campaign.effective_status as vendor_status,
    {{ json_object({
        'objective': 'campaign.objective',
        'buying_type': 'campaign.buying_type',
        'configured_status': 'campaign.configured_status',
        'started_at': 'campaign.start_time',
        'stops_at': 'campaign.stop_time'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from parsed
