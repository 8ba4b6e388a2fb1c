select
    spend.ad_spend_key,
    spend.platform,
    spend.account_id,
    spend.brand_key,
    spend.marketing_source_key,
    spend.channel,
    sources.campaign_name,
    spend.spend_on,
    spend.spend_amount,
    spend.reported_amount,
    spend.fee_amount,
    spend.credit_amount,
    spend.tax_amount,
    spend.clicks,
    spend.impressions,
    spend.claimed_conversions,
    spend.claimed_conversion_amount,
    spend.is_spread,
    spend.is_superseded
from {{ ref('int_ad_spend__counted') }} as spend
left join {{ ref('dim_marketing_sources') }} as sources on sources.marketing_source_key = spend.marketing_source_key
