-- Spend with its brand, channel and campaign, and which other report of the same money counts instead of it. What an ad
-- platform says of itself comes first, then a file, then the cost table of a dispatch platform; each cost type by itself, so
-- that an agency's fee in a file stands beside the media cost that the platform reports.
with platforms as (
    select platform, 'dispatch' as report_kind from {{ ref('int_jobs__unioned') }}
    union
    -- Who sells ads has campaigns; a file names them at most.
    select campaigns.platform, 'ad_platform'
    from {{ ref('int_campaigns__unioned') }} as campaigns
    where campaigns.platform not in (select platform from {{ ref('int_jobs__unioned') }})
),

mapped as (
    select
        spend.ad_spend_key,
        spend.platform,
        spend.account_id,
        coalesce(spend.brand_key, accounts.brand_key) as brand_key,
        spend.spend_on,
        coalesce(campaigns.channel, texts.channel, by_name.channel, 'unmapped') as channel,
        coalesce(aliases.campaign_name, campaigns.campaign_name, spend.campaign_name) as reported_campaign_name,
        coalesce(platforms.report_kind, 'file') as report_kind,
        spend.cost_type,
        spend.spend_amount,
        spend.clicks,
        spend.impressions,
        spend.claimed_conversions,
        spend.claimed_conversion_amount,
        spend.allocation
    from {{ ref('int_ad_spend__unioned') }} as spend
    left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = spend.account_id
    left join platforms on platforms.platform = spend.platform
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

named as (
    select
        mapped.*,
        coalesce(learned.campaign_name, mapped.reported_campaign_name) as campaign_name
    from mapped
    left join {{ ref('int_campaign_names__learned') }} as learned
        on learned.brand_key = mapped.brand_key
        and learned.channel = mapped.channel
        and learned.alias_slug = {{ slug('mapped.reported_campaign_name') }}
),

spend as (
    select *, {{ marketing_source_key('brand_key', 'channel', 'campaign_name') }} as marketing_source_key
    from named
),

-- A platform tells all that a channel cost, whatever others call its campaigns; and a day of which it says nothing, in a
-- month in which it has others, cost nothing. Before its first day and after its last one it says nothing at all.
platform_months as (
    select
        brand_key,
        channel,
        cost_type,
        date_trunc('month', spend_on) as month_on,
        max(account_id) as account_id,
        min(min(spend_on)) over (partition by brand_key, channel, cost_type) as first_on,
        max(max(spend_on)) over (partition by brand_key, channel, cost_type) as last_on
    from spend
    where report_kind = 'ad_platform' and channel <> 'unmapped'
    group by brand_key, channel, cost_type, date_trunc('month', spend_on)
),

-- A file tells of the campaigns that it names, day by day.
file_days as (
    select marketing_source_key, cost_type, spend_on, max(account_id) as account_id
    from spend
    where report_kind = 'file'
    group by marketing_source_key, cost_type, spend_on
)

select
    spend.*,
    case
        when spend.report_kind <> 'ad_platform' and platform_months.account_id is not null then platform_months.account_id
        when spend.report_kind = 'dispatch' then file_days.account_id
    end as superseded_by_account_id
from spend
left join platform_months
    on platform_months.brand_key is not distinct from spend.brand_key
    and platform_months.channel = spend.channel
    and platform_months.cost_type = spend.cost_type
    and platform_months.month_on = date_trunc('month', spend.spend_on)
    and spend.spend_on between platform_months.first_on and platform_months.last_on
left join file_days
    on file_days.marketing_source_key = spend.marketing_source_key
    and file_days.cost_type = spend.cost_type
    and file_days.spend_on = spend.spend_on
