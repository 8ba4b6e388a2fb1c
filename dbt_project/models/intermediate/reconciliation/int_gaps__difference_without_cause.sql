-- A day on which a vendor's total and ours differ by something that no cause explains.
select
    'total' as entity,
    conservation_key as entity_key,
    platform,
    account_id,
    bridge || ' ' || coalesce(cast(day_on as varchar), 'without day') as native_id,
    cast(null as varchar) as native_url,
    cast(null as varchar) as job_key,
    'a cause for each difference' as expected,
    cast(rows_count as varchar) || ' rows, ' || cast(amount as varchar) || ' without' as actual,
    amount as difference_amount,
    abs(amount) as dollars_at_risk,
    day_on as occurred_on
from {{ ref('fct_conservation') }}
where line = 'unexplained'
