-- Spend by campaign and day as each source reported it, with what counts. The ad platform's own figure beats what somebody
-- typed into the dispatch platform's cost table for the same brand, source and day: the loser stays visible with nothing
-- counted.
with dispatch_platforms as (
    select distinct platform from {{ ref('int_jobs__unioned') }}
),

mapped as (
    select
        spend.platform,
        spend.account_id,
        coalesce(spend.brand_key, accounts.brand_key) as brand_key,
        spend.spend_on,
        coalesce(campaigns.channel, texts.channel, by_name.channel, 'unmapped') as channel,
        coalesce(aliases.campaign_name, campaigns.campaign_name, spend.campaign_name) as reported_campaign_name,
        dispatch_platforms.platform is not null as is_from_dispatch,
        spend.cost_type,
        spend.spend_amount,
        spend.clicks,
        spend.impressions,
        spend.allocation
    from {{ ref('int_ad_spend__unioned') }} as spend
    left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = spend.account_id
    left join dispatch_platforms on dispatch_platforms.platform = spend.platform
    left join {{ ref('int_campaigns__mapped') }} as campaigns on campaigns.campaign_key = spend.campaign_key
    left join {{ ref('int_source_texts__mapped') }} as texts
        on texts.match_on = 'text'
        and texts.source_text = lower(trim(spend.source_name))
        and texts.is_mapped
    left join {{ ref('int_source_texts__mapped') }} as by_name
        on by_name.match_on = 'text'
        and by_name.source_text = lower(trim(spend.campaign_name))
        and by_name.is_mapped
    left join {{ ref('campaign_aliases') }} as aliases
        on aliases.brand_key = coalesce(spend.brand_key, accounts.brand_key)
        and {{ slug('aliases.alias') }} = {{ slug('spend.campaign_name') }}
    where not spend.is_deleted
),

spend as (
    select
        mapped.*,
        coalesce(learned.campaign_name, mapped.reported_campaign_name) as campaign_name
    from mapped
    left join {{ ref('int_campaign_names__learned') }} as learned
        on learned.brand_key = mapped.brand_key
        and learned.channel = mapped.channel
        and learned.alias_slug = {{ slug('mapped.reported_campaign_name') }}
),

daily as (
    select
        platform,
        account_id,
        brand_key,
        channel,
        max(campaign_name) as campaign_name,
        {{ marketing_source_key('brand_key', 'channel', 'campaign_name') }} as marketing_source_key,
        spend_on,
        is_from_dispatch,
        cast(sum(spend_amount) as decimal(18, 4)) as reported_amount,
        cast(sum(case when cost_type = 'fee' then spend_amount else 0 end) as decimal(18, 4)) as fee_amount,
        cast(sum(case when cost_type = 'credit' then spend_amount else 0 end) as decimal(18, 4)) as credit_amount,
        cast(sum(case when cost_type = 'tax' then spend_amount else 0 end) as decimal(18, 4)) as tax_amount,
        cast(sum(clicks) as bigint) as clicks,
        cast(sum(impressions) as bigint) as impressions,
        max(case when allocation = 'spread' then 1 else 0 end) = 1 as is_spread
    from spend
    group by
        platform, account_id, brand_key, channel, {{ marketing_source_key('brand_key', 'channel', 'campaign_name') }},
        spend_on, is_from_dispatch
),

reported_by_platform as (
    select distinct marketing_source_key, spend_on
    from daily
    where not is_from_dispatch
)

select
    md5(
        daily.platform || '|' || daily.account_id || '|' || daily.marketing_source_key || '|'
        || cast(daily.spend_on as varchar) || '|' || case when daily.is_from_dispatch then 'd' else 'p' end
    ) as ad_spend_key,
    daily.*,
    daily.is_from_dispatch and reported_by_platform.spend_on is not null as is_superseded,
    case
        when daily.is_from_dispatch and reported_by_platform.spend_on is not null then cast(0 as decimal(18, 4))
        else daily.reported_amount
    end as spend_amount
from daily
left join reported_by_platform
    on reported_by_platform.marketing_source_key = daily.marketing_source_key
    and reported_by_platform.spend_on = daily.spend_on
