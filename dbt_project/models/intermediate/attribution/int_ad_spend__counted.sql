-- Spend by campaign and day as each source reported it, with what counts: what another report counts for stays visible with
-- nothing counted (int_ad_spend__ranked says which).
with daily as (
    select
        platform,
        account_id,
        brand_key,
        channel,
        max(campaign_name) as campaign_name,
        marketing_source_key,
        spend_on,
        report_kind = 'dispatch' as is_from_dispatch,
        cast(sum(spend_amount) as decimal(18, 4)) as reported_amount,
        cast(sum(case when cost_type = 'fee' then spend_amount else 0 end) as decimal(18, 4)) as fee_amount,
        cast(sum(case when cost_type = 'credit' then spend_amount else 0 end) as decimal(18, 4)) as credit_amount,
        cast(sum(case when cost_type = 'tax' then spend_amount else 0 end) as decimal(18, 4)) as tax_amount,
        cast(sum(clicks) as bigint) as clicks,
        cast(sum(impressions) as bigint) as impressions,
        -- A conversion that two reports claim is claimed once.
        cast(sum(case when superseded_by_account_id is null then claimed_conversions end) as decimal(18, 4))
            as claimed_conversions,
        cast(sum(case when superseded_by_account_id is null then claimed_conversion_amount end) as decimal(18, 2))
            as claimed_conversion_amount,
        max(case when allocation = 'spread' then 1 else 0 end) = 1 as is_spread,
        min(case when superseded_by_account_id is not null then 1 else 0 end) = 1 as is_superseded,
        cast(sum(case when superseded_by_account_id is null then spend_amount else 0 end) as decimal(18, 4)) as spend_amount
    from {{ ref('int_ad_spend__ranked') }}
    group by
        platform, account_id, brand_key, channel, marketing_source_key, spend_on, report_kind
)

select
    md5(
        platform || '|' || account_id || '|' || marketing_source_key || '|' || cast(spend_on as varchar) || '|'
        || case when is_from_dispatch then 'd' else 'p' end
    ) as ad_spend_key,
    daily.*
from daily
