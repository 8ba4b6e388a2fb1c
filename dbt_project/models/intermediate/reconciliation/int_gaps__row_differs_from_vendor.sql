-- A row that the vendor showed and that no pull brings, or that is held and not shown any more, and that the sweep could
-- not repair by itself. What changed while the sweep ran is nobody's loss.
select
    'record' as entity,
    {{ entity_key('platform', 'account_id', "object_name || '|' || native_id") }} as entity_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as varchar) as job_key,
    'as the vendor shows it' as expected,
    cause || ' in ' || object_name as actual,
    amount_difference as difference_amount,
    abs(amount_difference) as dollars_at_risk,
    created_on as occurred_on
from {{ ref('stg_operator__sweep_rows') }}
where not is_repaired
  and cause <> 'late'
