with clicks as (
    select
        *,
        'google_ads' as platform,
        {{ json_fields('payload', {
            'clickView': text_fields(['gclid', 'pageNumber'], {'keywordInfo': text_fields(['text', 'matchType'])}),
            'campaign': text_fields(['id', 'name', 'advertisingChannelType']),
            'adGroup': text_fields(['id', 'name']),
            'segments': text_fields(['date', 'device', 'adNetworkType'])
        }) }} as click
    from {{ source('google_ads', 'clicks') }}
)

select
    {{ entity_key('clicks.platform', 'clicks.account_id', 'clicks.native_id') }} as ad_click_key,
    clicks.platform,
    clicks.account_id,
    clicks.native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    clicks.removed_at is not null as is_deleted,
    click.clickView.gclid as click_id,
    cast(click.segments.date as date) as clicked_on,
    {{ entity_key('clicks.platform', 'clicks.account_id', 'click.campaign.id') }} as campaign_key,
    coalesce(campaigns.campaign_name, click.campaign.name) as campaign_name,
    click.campaign.id as campaign_native_id,
    {{ canonical_value('google_ads', 'campaign.advertising_channel_type', 'click.campaign.advertisingChannelType') }}
        as source_name,
    click.campaign.advertisingChannelType as vendor_advertising_channel_type,
    {{ json_object({
        'keyword': 'click.clickView.keywordInfo.text',
        'match_type': 'click.clickView.keywordInfo.matchType',
        'page_number': 'click.clickView.pageNumber',
        'ad_group_id': 'click.adGroup.id',
        'ad_group_name': 'click.adGroup.name',
        'device': 'click.segments.device',
        'ad_network_type': 'click.segments.adNetworkType'
    }) }} as vendor_attributes,
    clicks.changed_at as _loaded_at
from clicks
left join {{ ref('base_google_ads__campaigns') }} as campaigns
    on campaigns.account_id = clicks.account_id and campaigns.native_id = click.campaign.id
