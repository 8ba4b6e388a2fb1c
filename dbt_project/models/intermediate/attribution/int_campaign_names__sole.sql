-- Channels in which a brand runs one campaign only: whoever names the channel means that campaign.
with names as (
    select brand_key, channel, campaign_name from {{ ref('int_campaigns__mapped') }}
    union
    select brand_key, channel, campaign_name from {{ ref('int_ad_spend__counted') }}
)

select
    brand_key,
    channel,
    max(campaign_name) as campaign_name
from names
where campaign_name is not null
group by brand_key, channel
having count(distinct {{ slug('campaign_name') }}) = 1
