-- Rows are read and refused by ingestion, period rows already spread by day; here they are only cast.
with parsed as (
    select
        *,
        'spend_csv' as platform,
        {{ json_fields('payload', text_fields([
            'source', 'account_id', 'account_name', 'campaign_id', 'campaign_name', 'brand_key', 'date', 'spend', 'currency',
            'cost_type', 'clicks', 'impressions', 'allocation', 'leads', 'conversions', 'conversions_value',
            'leads_charged', 'note', 'invoice_ref', 'uploaded_by', 'period_start', 'period_end', 'file', 'line', 'extra'
        ])) }} as spend
    from {{ source('spend_csv', 'spend') }}
),

settings as (
    select value as currency from {{ ref('stg_operator__settings') }} where key = 'currency'
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as ad_spend_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    modified_at as updated_at,
    removed_at is not null as is_deleted,
    cast(null as varchar) as campaign_key,
    spend.campaign_name,
    spend.campaign_id as campaign_native_id,
    spend.source as source_name,
    spend.brand_key,
    cast(spend.date as date) as spend_on,
    spend.cost_type,
    cast(spend.spend as decimal(18, 4)) as spend_amount,
    coalesce(spend.currency, settings.currency) as currency,
    cast(spend.clicks as bigint) as clicks,
    cast(spend.impressions as bigint) as impressions,
    spend.allocation,
    {{ json_object({
        'spend_account_id': 'spend.account_id',
        'spend_account_name': 'spend.account_name',
        'leads': 'spend.leads',
        'leads_charged': 'spend.leads_charged',
        'conversions': 'spend.conversions',
        'conversions_value': 'spend.conversions_value',
        'period_start': 'spend.period_start',
        'period_end': 'spend.period_end',
        'note': 'spend.note',
        'invoice_ref': 'spend.invoice_ref',
        'uploaded_by': 'spend.uploaded_by',
        'file': 'spend.file',
        'line': 'spend.line',
        'extra': 'spend.extra'
    }) }} as vendor_attributes,
    fetched_at as _loaded_at
from parsed
left join settings on true
