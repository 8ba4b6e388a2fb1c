-- The bank credited something else than the payments of the deposit less the processor's fee: a chargeback, a bounced check, or
-- a payment that stands in the wrong batch.
with paid as (
    select account_id, brand_key, deposit_number, sum(total_amount) as paid_amount
    from {{ ref('int_book_entries__unioned') }}
    where not is_deleted
      and entry_status = 'posted'
      and entry_kind in ('payment', 'refund')
      and deposit_number is not null
    group by account_id, brand_key, deposit_number
),

compared as (
    select
        deposits.*,
        coalesce(paid.paid_amount, 0) - coalesce(deposits.fee_amount, 0) as expected_amount
    from {{ ref('int_book_entries__unioned') }} as deposits
    left join paid
        on paid.account_id = deposits.account_id
        and paid.brand_key is not distinct from deposits.brand_key
        and paid.deposit_number = deposits.document_number
    where not deposits.is_deleted
      and deposits.entry_status = 'posted'
      and deposits.entry_kind = 'deposit'
)

select
    'entry' as entity,
    book_entry_key as entity_key,
    platform,
    account_id,
    native_id,
    native_url,
    cast(null as varchar) as job_key,
    expected_amount || ' after fees' as expected,
    cast(total_amount as varchar) as actual,
    total_amount - expected_amount as difference_amount,
    abs(total_amount - expected_amount) as dollars_at_risk,
    entry_on as occurred_on
from compared
where abs(total_amount - expected_amount) > {{ setting('tolerances.books_amount', 'decimal(18, 2)') }}
