with costs as (
    select
        *,
        'servicetitan' as platform,
        {{ json_fields('payload', text_fields(['year', 'month', 'dailyCost', 'campaignId'])) }} as cost
    from {{ source('servicetitan', 'campaign_costs') }}
),

campaigns as (
    select account_id, native_id, {{ json_fields('payload', text_fields(['name'])) }} as campaign
    from {{ source('servicetitan', 'campaigns') }}
),

-- The present as the account's own records show it, so that a rebuild from the archive gives the same spend.
last_activity as (
    select account_id, max(modified_at) as last_seen_at
    from (
        select account_id, modified_at from {{ source('servicetitan', 'jobs') }}
        union all
        select account_id, modified_at from {{ source('servicetitan', 'calls') }}
        union all
        select account_id, modified_at from {{ source('servicetitan', 'invoices') }}
    )
    group by account_id
),

months as (
    select
        costs.*,
        make_date(cast(cost.year as integer), cast(cost.month as integer), 1) as starts_on
    from costs
),

-- The vendor stores one average cost per day for a whole month, days to come included.
days as (
    select
        months.*,
        cast({{ json_elements("generate_series(starts_on, last_day(starts_on), interval 1 day)") }} as date) as spend_on
    from months
)

select
    {{ entity_key('days.platform', 'days.account_id', "days.native_id || '|' || days.spend_on") }} as ad_spend_key,
    days.platform,
    days.account_id,
    days.native_id || '|' || days.spend_on as native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    days.removed_at is not null as is_deleted,
    {{ entity_key('days.platform', 'days.account_id', 'days.cost.campaignId') }} as campaign_key,
    campaigns.campaign.name as campaign_name,
    days.cost.campaignId as campaign_native_id,
    cast(null as varchar) as source_name,
    cast(null as varchar) as brand_key,
    days.spend_on,
    'media' as cost_type,
    cast(days.cost.dailyCost as decimal(18, 4)) as spend_amount,
    cast(null as varchar) as currency,
    cast(null as bigint) as clicks,
    cast(null as bigint) as impressions,
    'spread' as allocation,
    {{ json_object({'year': 'days.cost.year', 'month': 'days.cost.month'}) }} as vendor_attributes,
    days.changed_at as _loaded_at
from days
inner join last_activity on last_activity.account_id = days.account_id
left join campaigns on campaigns.account_id = days.account_id and campaigns.native_id = days.cost.campaignId
left join {{ ref('stg_operator__accounts') }} as accounts
    on accounts.platform = days.platform and accounts.account_id = days.account_id
-- Only finished days: today's and later cost has not been spent.
where days.spend_on < {{ business_date('last_activity.last_seen_at', 'accounts.timezone') }}
