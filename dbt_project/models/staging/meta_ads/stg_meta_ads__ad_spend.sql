-- One lead stands under several action types: `lead` is the roll-up of the website's and the instant forms' leads, which
-- have types of their own beside it. So one type is taken, the first of these that a row has, and never a sum.
{%- set lead_actions = ['lead', 'offsite_conversion.fb_pixel_lead', 'onsite_conversion.lead_grouped'] %}
{%- set action = text_fields(['action_type', 'value', '1d_click', '7d_click', '28d_click', '1d_ev', '1d_view']) %}

with days as (
    select
        *,
        'meta_ads' as platform,
        {{ json_fields('payload', {
            'date': 'VARCHAR',
            'campaigns': [text_fields(
                ['account_id', 'account_currency', 'campaign_id', 'campaign_name', 'objective', 'spend', 'impressions',
                 'clicks', 'inline_link_clicks'],
                {'actions': [action], 'action_values': [action]}
            )]
        }) }} as day
    from {{ source('meta_ads', 'campaign_days') }}
),

rows as (
    select
        platform, account_id, day.date as spend_on, removed_at, changed_at,
        {{ json_elements('day.campaigns') }} as spent
    from days
),

claimed as (
    select
        *,
        spend_on || '|' || spent.campaign_id as native_id,
        {{ entity_key('platform', 'account_id', 'spent.campaign_id') }} as campaign_key,
        coalesce(
            {%- for name in lead_actions %}
            list_filter(spent.actions, lambda action: action.action_type = '{{ name }}')[1]{{ "," if not loop.last }}
            {%- endfor %}
        ) as lead_action,
        coalesce(
            {%- for name in lead_actions %}
            list_filter(spent.action_values, lambda action: action.action_type = '{{ name }}')[1]{{ "," if not loop.last }}
            {%- endfor %}
        ) as lead_value
    from rows
)

select
    {{ entity_key('claimed.platform', 'claimed.account_id', 'claimed.native_id') }} as ad_spend_key,
    claimed.platform,
    claimed.account_id,
    claimed.native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    claimed.removed_at is not null as is_deleted,
    claimed.campaign_key,
    claimed.spent.campaign_name,
    claimed.spent.campaign_id as campaign_native_id,
    'meta' as source_name,
    cast(null as varchar) as brand_key,
    -- A day of the ad account, in its own time zone; nothing to convert.
    cast(claimed.spend_on as date) as spend_on,
    'media' as cost_type,
    cast(coalesce(claimed.spent.spend, '0') as decimal(18, 4)) as spend_amount,
    claimed.spent.account_currency as currency,
    cast(claimed.spent.clicks as bigint) as clicks,
    cast(claimed.spent.impressions as bigint) as impressions,
    cast(claimed.lead_action.value as decimal(18, 4)) as claimed_conversions,
    cast(claimed.lead_value.value as decimal(18, 2)) as claimed_conversion_amount,
    'daily' as allocation,
    {{ json_object({
        'ad_account_id': 'claimed.spent.account_id',
        'objective': 'claimed.spent.objective',
        'link_clicks': 'cast(claimed.spent.inline_link_clicks as bigint)',
        'claimed_by_action_type': 'claimed.lead_action.action_type',
        'claimed_7d_click': "cast(claimed.lead_action['7d_click'] as decimal(18, 4))",
        'claimed_1d_view': "cast(claimed.lead_action['1d_view'] as decimal(18, 4))"
    }) }} as vendor_attributes,
    claimed.changed_at as _loaded_at
from claimed
