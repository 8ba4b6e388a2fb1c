-- Other names of a dispatch campaign that the data shows by itself: the landing page, the ad platform or call tracking says
-- one name and the dispatch platform another for the same requests. Believed when each is the other's usual partner (three requests or more, and at least 60 %
-- either way), so a catch-all entry of a picklist never swallows several campaigns. Renames heal the same way.
with dispatch_names as (
    select distinct brand_key, channel, {{ slug('campaign_name') }} as name_slug
    from {{ ref('int_campaigns__mapped') }}
    where is_from_dispatch
),

evidence as (
    select evidence.*, coalesce(campaigns.is_from_dispatch, false) as is_from_dispatch
    from {{ ref('int_touches__evidence') }} as evidence
    left join {{ ref('int_campaigns__mapped') }} as campaigns on campaigns.campaign_key = evidence.campaign_key
    where evidence.campaign_name is not null
),

parameters as (
    select touch_key, brand_key, channel, {{ slug('campaign_name') }} as alias_slug
    from evidence
    where not is_from_dispatch
),

choices as (
    select touch_key, channel, campaign_name
    from evidence
    where is_from_dispatch
),

pairs as (
    select
        parameters.brand_key,
        parameters.channel,
        parameters.alias_slug,
        choices.campaign_name,
        count(distinct parameters.touch_key) as requests
    from parameters
    inner join choices on choices.touch_key = parameters.touch_key and choices.channel = parameters.channel
    group by parameters.brand_key, parameters.channel, parameters.alias_slug, choices.campaign_name
),

weighed as (
    select
        *,
        sum(requests) over (partition by brand_key, channel, alias_slug) as alias_requests,
        sum(requests) over (partition by brand_key, channel, campaign_name) as campaign_requests
    from pairs
)

select
    weighed.brand_key,
    weighed.channel,
    weighed.alias_slug,
    weighed.campaign_name
from weighed
left join dispatch_names
    on dispatch_names.brand_key = weighed.brand_key
    and dispatch_names.channel = weighed.channel
    and dispatch_names.name_slug = weighed.alias_slug
where dispatch_names.name_slug is null
  and weighed.requests >= 3
  and weighed.requests * 10 >= weighed.alias_requests * 6
  and weighed.requests * 10 >= weighed.campaign_requests * 6
