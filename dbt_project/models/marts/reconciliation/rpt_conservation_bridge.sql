-- The vendor's own total, every cause, our total: by month, as one would explain it to an accountant.
with months as (
    select
        bridge,
        platform,
        account_id,
        cast(date_trunc('month', day_on) as date) as month_on,
        line,
        cause_title,
        explanation,
        sum(rows_count) as rows_count,
        sum(amount) as amount
    from {{ ref('fct_conservation') }}
    group by bridge, platform, account_id, cast(date_trunc('month', day_on) as date), line, cause_title, explanation
),

totals as (
    select
        bridge,
        platform,
        account_id,
        month_on,
        sum(case when line = 'vendor' then amount else 0 end) as vendor_amount
    from months
    group by bridge, platform, account_id, month_on
)

select
    months.bridge,
    months.platform,
    months.account_id,
    months.month_on,
    months.line,
    case months.line
        when 'vendor' then 'Vendor''s own total'
        when 'ours' then 'Fourwire'
        else months.cause_title
    end as line_title,
    case months.line when 'vendor' then 1 when 'ours' then 3 else 2 end as line_order,
    cast(months.rows_count as bigint) as rows_count,
    cast(months.amount as decimal(18, 2)) as amount,
    cast(months.amount / nullif(totals.vendor_amount, 0) as decimal(18, 4)) as share_of_vendor,
    months.explanation
from months
inner join totals
    on totals.bridge = months.bridge
    and totals.platform = months.platform
    and totals.account_id = months.account_id
    and totals.month_on is not distinct from months.month_on
