-- What is left when every cause is taken off the difference of the two sides gets the cause `unexplained`: so the lines of
-- a day always add up, and a difference that nobody can name is visible as one.
with lines as (
    select bridge, platform, account_id, day_on, line, sum(rows_count) as rows_count, sum(amount) as amount
    from (
        select * from {{ ref('int_conservation__listings') }}
        union all
        select * from {{ ref('int_conservation__deduplicated') }}
        union all
        select * from {{ ref('int_conservation__documents') }}
        union all
        select * from {{ ref('int_conservation__books') }}
    ) as found
    group by bridge, platform, account_id, day_on, line
),

unexplained as (
    select
        bridge,
        platform,
        account_id,
        day_on,
        'unexplained' as line,
        sum(case when line = 'ours' then rows_count else -rows_count end) as rows_count,
        sum(case when line = 'ours' then amount else -amount end) as amount
    from lines
    group by bridge, platform, account_id, day_on
    having sum(case when line = 'ours' then rows_count else -rows_count end) <> 0
        or sum(case when line = 'ours' then amount else -amount end) <> 0
)

select
    md5(
        lines.bridge || '|' || lines.platform || '|' || lines.account_id || '|'
        || coalesce(cast(lines.day_on as varchar), '') || '|' || lines.line
    ) as conservation_key,
    lines.bridge,
    lines.platform,
    lines.account_id,
    lines.day_on,
    lines.line,
    cast(lines.rows_count as bigint) as rows_count,
    cast(lines.amount as decimal(18, 2)) as amount,
    causes.title as cause_title,
    causes.explanation
from (
    select * from lines
    union all
    select * from unexplained
) as lines
left join {{ ref('conservation_causes') }} as causes on causes.cause = lines.line
where lines.rows_count <> 0 or lines.amount <> 0 or lines.line in ('vendor', 'ours')
