-- Figures come with thousands separators.
with lines as (
    select
        *,
        spend_on || '|' || line.CampaignId || '|' || coalesce(line.BudgetAssociationStatus, '') as native_id,
        {{ entity_key('platform', 'account_id', 'line.CampaignId') }} as campaign_key
    from {{ ref('base_microsoft_ads__campaign_days') }}
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as ad_spend_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    removed_at is not null as is_deleted,
    campaign_key,
    line.CampaignName as campaign_name,
    line.CampaignId as campaign_native_id,
    'microsoft' as source_name,
    cast(null as varchar) as brand_key,
    spend_on,
    'media' as cost_type,
    cast(replace(line.Spend, ',', '') as decimal(18, 4)) as spend_amount,
    line.CurrencyCode as currency,
    cast(replace(line.Clicks, ',', '') as bigint) as clicks,
    cast(replace(line.Impressions, ',', '') as bigint) as impressions,
    -- Conversions leaves out what is counted in fractions, and is on its way out.
    cast(replace(coalesce(nullif(line.ConversionsQualified, ''), nullif(line.Conversions, '')), ',', '') as decimal(18, 4))
        as claimed_conversions,
    cast(replace(nullif(line.Revenue, ''), ',', '') as decimal(18, 2)) as claimed_conversion_amount,
    'daily' as allocation,
    {{ json_object({
        'ad_account_id': 'line.AccountId',
        'campaign_type': 'line.CampaignType',
        'budget_association': 'line.BudgetAssociationStatus'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from lines
