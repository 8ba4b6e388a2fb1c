-- The books hold one document of dispatch twice: exported again under another number, so revenue or cash is counted twice.
select
    'entry' as entity,
    book_entry_key as entity_key,
    platform,
    account_id,
    native_id,
    native_url,
    cast(null as varchar) as job_key,
    'one entry of the ' || record_kind as expected,
    'entry number ' || copy_number as actual,
    total_amount as difference_amount,
    abs(total_amount) as dollars_at_risk,
    entry_on as occurred_on
from {{ ref('int_book_entries__ranked') }}
where copy_number > 1
  and total_amount <> 0
