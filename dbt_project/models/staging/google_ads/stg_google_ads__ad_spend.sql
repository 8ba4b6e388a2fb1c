-- A raw row is a whole day; a campaign that a later answer about the day no longer has is gone. Whatever is zero is
-- absent from the JSON.
with days as (
    select
        *,
        'google_ads' as platform,
        {{ json_fields('payload', {'date': 'VARCHAR', 'campaigns': [{
            'customer': text_fields(['currencyCode']),
            'campaign': text_fields(['id', 'name', 'status', 'advertisingChannelType']),
            'metrics': text_fields(
                ['costMicros', 'clicks', 'impressions', 'conversions', 'conversionsValue', 'allConversions', 'phoneCalls']
            )
        }]}) }} as day
    from {{ source('google_ads', 'spend_days') }}
),

campaign_days as (
    select
        platform, account_id, native_id, day.date as spend_date, {{ json_elements('day.campaigns') }} as figures,
        removed_at, changed_at
    from days
),

identified as (
    select
        *,
        native_id || '|' || figures.campaign.id as row_id,
        coalesce(figures.metrics.costMicros, '0') as cost_micros
    from campaign_days
),

costed as (
    select *, {{ micros_to_amount('cost_micros') }} as spend_amount from identified
)

select
    {{ entity_key('costed.platform', 'costed.account_id', 'costed.row_id') }} as ad_spend_key,
    costed.platform,
    costed.account_id,
    costed.row_id as native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    costed.removed_at is not null as is_deleted,
    {{ entity_key('costed.platform', 'costed.account_id', 'costed.figures.campaign.id') }} as campaign_key,
    coalesce(campaigns.campaign_name, costed.figures.campaign.name) as campaign_name,
    costed.figures.campaign.id as campaign_native_id,
    {{ canonical_value(
        'google_ads', 'campaign.advertising_channel_type', 'costed.figures.campaign.advertisingChannelType'
    ) }} as source_name,
    costed.figures.campaign.advertisingChannelType as vendor_advertising_channel_type,
    cast(null as varchar) as brand_key,
    cast(costed.spend_date as date) as spend_on,
    'media' as cost_type,
    costed.spend_amount,
    coalesce(costed.figures.customer.currencyCode, customers.currency) as currency,
    cast(coalesce(costed.figures.metrics.clicks, '0') as bigint) as clicks,
    cast(coalesce(costed.figures.metrics.impressions, '0') as bigint) as impressions,
    cast(coalesce(costed.figures.metrics.conversions, '0') as decimal(18, 4)) as claimed_conversions,
    cast(coalesce(costed.figures.metrics.conversionsValue, '0') as decimal(18, 2)) as claimed_conversion_amount,
    'daily' as allocation,
    {{ json_object({
        'campaign_status': 'costed.figures.campaign.status',
        'rounded_off_micros':
            'cast(cast(costed.cost_micros as decimal(18, 0)) - costed.spend_amount * 1000000 as decimal(18, 0))',
        'all_conversions': 'costed.figures.metrics.allConversions',
        'phone_calls': 'costed.figures.metrics.phoneCalls'
    }) }} as vendor_attributes,
    costed.changed_at as _loaded_at
from costed
left join {{ ref('base_google_ads__campaigns') }} as campaigns
    on campaigns.account_id = costed.account_id and campaigns.native_id = costed.figures.campaign.id
left join {{ ref('base_google_ads__customers') }} as customers on customers.account_id = costed.account_id
