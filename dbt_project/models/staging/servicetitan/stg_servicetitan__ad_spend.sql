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

months as (
    select
        costs.*,
        make_date(cast(cost.year as integer), cast(cost.month as integer), 1) as starts_on
    from costs
),

-- The vendor stores one average cost per day for a whole month, days to come included; only finished days are spent.
days as (
    select
        months.*,
        cast({{ json_elements("generate_series(starts_on, last_day(starts_on), interval 1 day)") }} as date) as spend_on
    from months
),

finished as (
    select
        days.*,
        cast(days.cost.dailyCost as decimal(24, 10)) as daily_cost,
        day(days.spend_on) as day_number
    from days
    inner join {{ ref('base_servicetitan__finished_days') }} as finished_days
        on finished_days.account_id = days.account_id and days.spend_on <= finished_days.last_finished_on
)

select
    {{ entity_key('finished.platform', 'finished.account_id', "finished.native_id || '|' || finished.spend_on") }}
        as ad_spend_key,
    finished.platform,
    finished.account_id,
    finished.native_id || '|' || finished.spend_on as native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    finished.removed_at is not null as is_deleted,
    {{ entity_key('finished.platform', 'finished.account_id', 'finished.cost.campaignId') }} as campaign_key,
    campaigns.campaign.name as campaign_name,
    finished.cost.campaignId as campaign_native_id,
    cast(null as varchar) as source_name,
    cast(null as varchar) as brand_key,
    finished.spend_on,
    'media' as cost_type,
    -- The average is no amount of money: it has as many decimals as the division gave. Each day is what it adds to the
    -- month so far, in whole cents, so that any number of days costs dailyCost x days to the cent.
    cast(round(daily_cost * day_number, 2) - round(daily_cost * (day_number - 1), 2) as decimal(18, 4)) as spend_amount,
    cast(null as varchar) as currency,
    cast(null as bigint) as clicks,
    cast(null as bigint) as impressions,
    cast(null as decimal(18, 4)) as claimed_conversions,
    cast(null as decimal(18, 2)) as claimed_conversion_amount,
    'spread' as allocation,
    {{ json_object({'year': 'finished.cost.year', 'month': 'finished.cost.month'}) }} as vendor_attributes,
    finished.changed_at as _loaded_at
from finished
left join campaigns on campaigns.account_id = finished.account_id and campaigns.native_id = finished.cost.campaignId
