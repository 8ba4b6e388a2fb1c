-- Every source that a touch, a cost or an uncredited conversion names, under one key whatever its spelling. The spelling
-- shown is the operator's own (the campaign list), then the cost report's, then the address parameter's.
with named as (
    select brand_key, channel, campaign_name, 1 as naming_rank from {{ ref('int_campaigns__mapped') }}
    union all
    select brand_key, channel, campaign_name, 2 from {{ ref('int_ad_spend__counted') }}
    union all
    select brand_key, channel, campaign_name, 3 from {{ ref('int_touches__resolved') }}
    union all
    select conversions.brand_key, credits.channel, credits.campaign_name, 4
    from {{ ref('int_attribution__credited') }} as credits
    inner join {{ ref('int_conversions__identified') }} as conversions
        on conversions.conversion_key = credits.conversion_key
),

keyed as (
    select
        {{ marketing_source_key('brand_key', 'channel', 'campaign_name') }} as marketing_source_key,
        brand_key,
        channel,
        campaign_name,
        row_number() over (
            partition by {{ marketing_source_key('brand_key', 'channel', 'campaign_name') }}
            order by naming_rank, campaign_name
        ) as name_rank
    from named
),

tracked as (
    select
        {{ marketing_source_key('brand_key', 'channel', 'campaign_name') }} as marketing_source_key,
        count(*) as campaign_records,
        max(case when is_active then 1 else 0 end) = 1 as is_active
    from {{ ref('int_campaigns__mapped') }}
    group by {{ marketing_source_key('brand_key', 'channel', 'campaign_name') }}
)

select
    keyed.marketing_source_key,
    keyed.brand_key,
    keyed.channel,
    channels.title as channel_title,
    channels.sort_order as channel_sort_order,
    keyed.campaign_name,
    channels.is_marketing,
    channels.is_paid,
    cast(coalesce(tracked.campaign_records, 0) as integer) as campaign_records,
    tracked.is_active
from keyed
inner join {{ ref('channels') }} as channels on channels.channel = keyed.channel
left join tracked on tracked.marketing_source_key = keyed.marketing_source_key
where keyed.name_rank = 1
