-- Campaigns with the channel they belong to. The category is the operator's own grouping and decides; then the source
-- field, then the name. An entry that only repeats the channel's name gets no campaign name.
with texts as (
    select source_text, channel, is_channel_name
    from {{ ref('int_source_texts__mapped') }}
    where match_on = 'text' and is_mapped
)

select
    campaigns.campaign_key,
    campaigns.platform,
    campaigns.account_id,
    campaigns.native_id,
    accounts.brand_key,
    case
        when aliases.campaign_name is not null then aliases.campaign_name
        when coalesce(by_name.is_channel_name, false) then null
        else campaigns.campaign_name
    end as campaign_name,
    campaigns.campaign_name as recorded_campaign_name,
    coalesce(by_category.channel, by_source.channel, by_name.channel, 'unmapped') as channel,
    campaigns.tracking_phones,
    campaigns.is_active,
    -- What an ad platform calls a campaign, dispatch may know by another name; its own names are the ones that are learned.
    campaigns.platform in (select platform from {{ ref('int_jobs__unioned') }}) as is_from_dispatch
from {{ ref('int_campaigns__unioned') }} as campaigns
left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = campaigns.account_id
left join texts as by_category on by_category.source_text = lower(trim(campaigns.category_name))
left join texts as by_source on by_source.source_text = lower(trim(campaigns.source_name))
left join texts as by_name on by_name.source_text = lower(trim(campaigns.campaign_name))
left join {{ ref('campaign_aliases') }} as aliases
    on aliases.brand_key = accounts.brand_key
    and {{ slug('aliases.alias') }} = {{ slug('campaigns.campaign_name') }}
