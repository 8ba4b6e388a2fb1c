-- The books have a document on another day than dispatch, by more than a batch is late: no amount differs, and still the
-- totals of two days, perhaps of two months, do. At risk is what stands in the wrong period.
select
    'entry' as entity,
    book_entry_key as entity_key,
    platform,
    account_id,
    native_id,
    native_url,
    cast(null as varchar) as job_key,
    'on ' || record_on as expected,
    'on ' || entry_on as actual,
    total_amount as difference_amount,
    abs(total_amount) as dollars_at_risk,
    record_on as occurred_on
from {{ ref('int_book_entries__ranked') }}
where copy_number = 1
  and total_amount <> 0
  and abs(entry_on - record_on) > {{ setting('tolerances.books_days', 'integer') }}
