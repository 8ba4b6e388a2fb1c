-- Taken in dispatch, and not in the books: money of which finance does not know whose it is, or which never reached the bank.
with booked as (
    select distinct record_key
    from {{ ref('int_book_entries__matched') }}
    where entry_status = 'posted' and record_key is not null
)

select
    'payment' as entity,
    records.payment_key as entity_key,
    records.platform,
    records.account_id,
    records.native_id,
    records.native_url,
    records.job_key,
    'a posted payment in the books' as expected,
    'none' as actual,
    records.amount as difference_amount,
    abs(records.amount) as dollars_at_risk,
    records.paid_on as occurred_on
from {{ ref('int_payments__unioned') }} as records
inner join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = records.account_id
inner join {{ ref('int_brands__booked') }} as brands
    on brands.brand_key = accounts.brand_key
    and brands.record_kind = 'payment'
cross join {{ ref('int_data__as_of') }} as data
left join booked on booked.record_key = records.payment_key
where not records.is_deleted
  and records.payment_status = 'succeeded'
  and records.amount <> 0
  and records.paid_on >= brands.books_from_on
  and records.paid_on < data.as_of_on - {{ setting('tolerances.books_days', 'integer') }}
  and booked.record_key is null
