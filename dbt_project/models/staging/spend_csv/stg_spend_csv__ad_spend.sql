-- Rows are checked, and periods spread over their days, by ingestion; here each day becomes a row.
with spend as (
    select
        *,
        'spend_csv' as platform,
        {{ json_fields('payload', text_fields(
            ['account_id', 'account_name', 'campaign_id', 'campaign_name', 'currency', 'clicks', 'impressions', 'leads',
             'conversions', 'conversions_value', 'leads_charged', 'note', 'invoice_ref', 'uploaded_by', 'file',
             'extra'],
            {'normalised': text_fields(
                ['source', 'cost_type', 'allocation'], {'days': [text_fields(['date', 'spend'])]}
            )}
        )) }} as row_read
    from {{ source('spend_csv', 'spend') }}
),

days as (
    select
        platform, account_id, native_id as row_key, row_read, removed_at, changed_at,
        {{ json_elements('row_read.normalised.days') }} as day
    from spend
),

identified as (
    select
        *,
        row_key || '|' || day.date as native_id,
        -- Clicks and conversions of a period belong to no single day; they stand on its first.
        row_number() over (partition by account_id, row_key order by day.date) = 1 as is_first_day
    from days
)

select
    {{ entity_key('identified.platform', 'identified.account_id', 'identified.native_id') }} as ad_spend_key,
    identified.platform,
    identified.account_id,
    identified.native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    identified.removed_at is not null as is_deleted,
    cast(null as varchar) as campaign_key,
    nullif(row_read.campaign_name, '') as campaign_name,
    nullif(row_read.campaign_id, '') as campaign_native_id,
    row_read.normalised.source as source_name,
    -- The account of the file is a brand of the operator's, by key or by name, or an account of the ad platform.
    brands.brand_key,
    cast(day.date as date) as spend_on,
    row_read.normalised.cost_type,
    cast(day.spend as decimal(18, 4)) as spend_amount,
    coalesce(nullif(row_read.currency, ''), settings.value) as currency,
    case when is_first_day then cast(nullif(row_read.clicks, '') as bigint) end as clicks,
    case when is_first_day then cast(nullif(row_read.impressions, '') as bigint) end as impressions,
    case when is_first_day then cast(nullif(row_read.conversions, '') as decimal(18, 4)) end as claimed_conversions,
    case when is_first_day then cast(nullif(row_read.conversions_value, '') as decimal(18, 2)) end as claimed_conversion_amount,
    row_read.normalised.allocation,
    {{ json_object({
        'row_key': 'identified.row_key',
        'spend_account_id': 'row_read.account_id',
        'spend_account_name': 'row_read.account_name',
        'leads': 'row_read.leads',
        'leads_charged': 'row_read.leads_charged',
        'conversions': 'row_read.conversions',
        'conversions_value': 'row_read.conversions_value',
        'note': 'row_read.note',
        'invoice_ref': 'row_read.invoice_ref',
        'uploaded_by': 'row_read.uploaded_by',
        'file': 'row_read.file',
        'extra': 'row_read.extra'
    }) }} as vendor_attributes,
    identified.changed_at as _loaded_at
from identified
left join {{ ref('stg_operator__brands') }} as brands
    on lower(row_read.account_id) = lower(brands.brand_key)
    or lower(row_read.account_name) = lower(brands.brand_name)
left join {{ ref('stg_operator__settings') }} as settings
    on settings.key = 'currency'
