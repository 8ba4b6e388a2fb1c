-- Costs that were reported twice, by the report that does not count.
select
    md5(
        ranked.account_id || '|' || ranked.marketing_source_key || '|' || ranked.cost_type || '|'
        || cast(date_trunc('month', ranked.spend_on) as varchar) || '|' || ranked.superseded_by_account_id
    ) as spend_left_out_key,
    ranked.brand_key,
    cast(date_trunc('month', ranked.spend_on) as date) as month_on,
    ranked.marketing_source_key,
    ranked.channel,
    max(sources.campaign_name) as campaign_name,
    ranked.cost_type,
    ranked.platform,
    ranked.account_id,
    ranked.report_kind,
    ranked.superseded_by_account_id,
    cast(count(distinct ranked.spend_on) as bigint) as days,
    cast(sum(ranked.spend_amount) as decimal(18, 4)) as left_out_amount
from {{ ref('int_ad_spend__ranked') }} as ranked
left join {{ ref('dim_marketing_sources') }} as sources on sources.marketing_source_key = ranked.marketing_source_key
where ranked.superseded_by_account_id is not null
group by
    ranked.brand_key, date_trunc('month', ranked.spend_on), ranked.marketing_source_key, ranked.channel, ranked.cost_type,
    ranked.platform, ranked.account_id, ranked.report_kind, ranked.superseded_by_account_id
