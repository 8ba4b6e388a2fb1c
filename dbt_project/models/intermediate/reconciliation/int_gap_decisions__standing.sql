-- The last word stands: of what was said about handling a gap, and, apart from that, of who owns it.
with latest as (
    select
        *,
        row_number() over (
            partition by gap_id, (action = 'assign') order by decision_number desc
        ) as recency
    from {{ ref('stg_operator__gap_decisions') }}
)

select
    gap_id,
    max(case when action <> 'assign' then action end) as action,
    max(case when action <> 'assign' then decided_by end) as decided_by,
    max(case when action <> 'assign' then decided_at end) as decided_at,
    max(case when action <> 'assign' then reason end) as reason,
    max(case when action <> 'assign' then until_on end) as until_on,
    max(case when action <> 'assign' then times_opened end) as times_opened,
    max(case when action <> 'assign' then dollars_at_risk end) as dollars_at_risk,
    max(case when action = 'assign' then owner end) as owner
from latest
where recency = 1
group by gap_id
