select
    cast(decision_number as integer) as decision_number,
    gap_id,
    action,
    cast(cast(decided_at as timestamp with time zone) at time zone 'UTC' as timestamp) as decided_at,
    decided_by,
    cast(times_opened as integer) as times_opened,
    cast(dollars_at_risk as decimal(18, 2)) as dollars_at_risk,
    reason,
    cast(until_on as date) as until_on,
    owner
from {{ source('operator', 'gap_decisions') }}
