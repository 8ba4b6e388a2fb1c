-- What to take out of the ads: campaigns and postal codes that bring leads which nobody can serve, with their share of what
-- the campaign has cost so far (each lead of a campaign costs the same).
with leads as (
    select
        leads.brand_key,
        leads.channel,
        leads.marketing_source_key,
        leads.campaign_name,
        leads.lead_on,
        leads.job_key,
        located.postal_code,
        coalesce(located.is_in_service_area, true) as is_in_service_area
    from {{ ref('fct_leads') }} as leads
    left join {{ ref('int_leads__located') }} as located on located.lead_key = leads.lead_key
    where not leads.is_excluded
),

campaign_leads as (
    select brand_key, marketing_source_key, count(*) as lead_count
    from leads
    group by brand_key, marketing_source_key
),

campaign_spend as (
    select brand_key, marketing_source_key, sum(spend_amount) as spend_amount
    from {{ ref('fct_ad_spend') }}
    group by brand_key, marketing_source_key
),

unserved as (
    select
        brand_key,
        channel,
        marketing_source_key,
        campaign_name,
        postal_code as area_postal_code,
        count(*) as lead_count,
        min(lead_on) as first_lead_on,
        max(lead_on) as last_lead_on
    from leads
    where not is_in_service_area and job_key is null
    group by brand_key, channel, marketing_source_key, campaign_name, postal_code
)

select
    unserved.brand_key,
    unserved.channel,
    unserved.marketing_source_key,
    unserved.campaign_name,
    unserved.area_postal_code,
    unserved.lead_count,
    campaign_leads.lead_count as campaign_lead_count,
    unserved.first_lead_on,
    unserved.last_lead_on,
    cast(
        round(campaign_spend.spend_amount * unserved.lead_count / campaign_leads.lead_count, 2) as decimal(18, 2)
    ) as wasted_spend_amount
from unserved
inner join campaign_leads
    on campaign_leads.brand_key is not distinct from unserved.brand_key
    and campaign_leads.marketing_source_key is not distinct from unserved.marketing_source_key
left join campaign_spend
    on campaign_spend.brand_key is not distinct from unserved.brand_key
    and campaign_spend.marketing_source_key is not distinct from unserved.marketing_source_key
