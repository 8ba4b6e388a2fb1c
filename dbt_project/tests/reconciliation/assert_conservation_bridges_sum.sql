{{ config(meta={'dagster': {'ref': {'name': 'rpt_conservation_bridge'}}}) }}
-- The vendor's total and every cause give our total, in rows and to the cent, in every month of every account; and the
-- bridge of all months is the ledger: a line that the aggregation dropped would be missing on one side.
select
    bridge,
    platform,
    account_id,
    month_on,
    sum(case when line = 'ours' then -rows_count else rows_count end) as rows_left,
    sum(case when line = 'ours' then -amount else amount end) as amount_left
from {{ ref('rpt_conservation_bridge') }}
group by bridge, platform, account_id, month_on
having rows_left <> 0 or amount_left <> 0

union all

select
    ours.bridge,
    ours.platform,
    ours.account_id,
    cast(null as date),
    0,
    ours.amount - coalesce(ledger.amount, 0)
from (
    select bridge, platform, account_id, sum(amount) as amount
    from {{ ref('rpt_conservation_bridge') }}
    where line = 'ours' and bridge in ('booked', 'invoiced', 'collected')
    group by bridge, platform, account_id
) as ours
left join (
    select
        entry_type,
        platform,
        account_id,
        sum(case when entry_type = 'collected' then gross_amount else amount end) as amount
    from {{ ref('fct_revenue_ledger') }}
    group by entry_type, platform, account_id
) as ledger
    on ledger.entry_type = ours.bridge
    and ledger.platform = ours.platform
    and ledger.account_id = ours.account_id
where ours.amount <> coalesce(ledger.amount, 0)
