-- One row per line of the campaign report: a campaign on a day, and again where its budget was exchanged during the day.
with days as (
    select
        *,
        'microsoft_ads' as platform,
        {{ json_fields('payload', {
            'date': 'VARCHAR',
            'campaigns': [text_fields(
                ['AccountId', 'CampaignId', 'CampaignName', 'CampaignStatus', 'CampaignType', 'BudgetAssociationStatus',
                 'CurrencyCode', 'Impressions', 'Clicks', 'Spend', 'Conversions', 'ConversionsQualified', 'Revenue']
            )]
        }) }} as day
    from {{ source('microsoft_ads', 'campaign_days') }}
)

select
    platform,
    account_id,
    cast(day.date as date) as spend_on,
    removed_at,
    changed_at,
    {{ json_elements('day.campaigns') }} as line
from days
