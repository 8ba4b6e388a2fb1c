-- The report is the list of campaigns: each line names its campaign as it is now, deleted ones too.
with lines as (
    select * from {{ ref('base_microsoft_ads__campaign_days') }}
),

campaigns as (
    select
        platform,
        account_id,
        line.CampaignId as native_id,
        -- Lines of days that are read no more keep the name and status of their time: the newest day has today's.
        max_by(line, spend_on) as newest,
        max_by(changed_at, spend_on) as changed_at
    from lines
    group by platform, account_id, line.CampaignId
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as campaign_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    coalesce(lower(newest.CampaignStatus) = 'deleted', false) as is_deleted,
    newest.CampaignName as campaign_name,
    cast(null as varchar) as category_name,
    'microsoft' as source_name,
    'cpc' as medium_name,
    cast(null as varchar) as tracking_phones,
    cast(
        {{ canonical_value('microsoft_ads', 'campaign.is_active', 'newest.CampaignStatus') }} as boolean
    ) as is_active,
    newest.CampaignStatus as vendor_status,
    {{ json_object({'campaign_type': 'newest.CampaignType', 'ad_account_id': 'newest.AccountId'}) }} as vendor_attributes,
    changed_at as _loaded_at
from campaigns
