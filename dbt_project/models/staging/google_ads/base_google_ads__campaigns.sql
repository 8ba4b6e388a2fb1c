-- Campaigns as they are named now. Figures and clicks keep the name of the day on which they were read.
with parsed as (
    select
        *,
        'google_ads' as platform,
        {{ json_fields('payload', {'campaign': text_fields(
            ['name', 'status', 'servingStatus', 'advertisingChannelType', 'advertisingChannelSubType',
             'trackingUrlTemplate', 'finalUrlSuffix']
        )}) }} as row_read
    from {{ source('google_ads', 'campaigns') }}
)

select
    platform,
    account_id,
    native_id,
    row_read.campaign.name as campaign_name,
    row_read.campaign.status as status,
    row_read.campaign.servingStatus as serving_status,
    row_read.campaign.advertisingChannelType as advertising_channel_type,
    row_read.campaign.advertisingChannelSubType as advertising_channel_sub_type,
    row_read.campaign.trackingUrlTemplate as tracking_url_template,
    row_read.campaign.finalUrlSuffix as final_url_suffix,
    {{ canonical_value('google_ads', 'campaign.advertising_channel_type', 'row_read.campaign.advertisingChannelType') }}
        as source_name,
    removed_at,
    changed_at
from parsed
