-- One payment, two amounts: a tip, a surcharge or a fee that only one side counts, or a figure that was keyed in wrongly.
select
    'payment' as entity,
    payments.payment_key as entity_key,
    payments.platform,
    payments.account_id,
    payments.native_id,
    payments.native_url,
    payments.job_key,
    payments.amount || ' in dispatch' as expected,
    books.total_amount || ' in the books' as actual,
    books.total_amount - payments.amount as difference_amount,
    abs(books.total_amount - payments.amount) as dollars_at_risk,
    payments.paid_on as occurred_on
from {{ ref('int_payments__unioned') }} as payments
inner join {{ ref('int_book_entries__matched') }} as books on books.record_key = payments.payment_key
where not payments.is_deleted
  and payments.payment_status = 'succeeded'
  and books.entry_status = 'posted'
  and abs(books.total_amount - payments.amount) > {{ setting('tolerances.books_amount', 'decimal(18, 2)') }}
