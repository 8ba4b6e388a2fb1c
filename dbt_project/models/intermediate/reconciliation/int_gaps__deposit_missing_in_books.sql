-- Payments name a deposit that the bank never credited, long after it should have: a batch that was not closed, a processor
-- that holds the money back, or a check in a drawer. Only for brands whose deposits are exported.
with entries as (
    select entries.*, coalesce(entries.brand_key, accounts.brand_key) as book_brand_key
    from {{ ref('int_book_entries__unioned') }} as entries
    left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = entries.account_id
    where not entries.is_deleted and entries.entry_status = 'posted'
),

deposits as (
    select distinct account_id, book_brand_key, document_number
    from entries
    where entry_kind = 'deposit'
),

paid as (
    select
        platform,
        account_id,
        book_brand_key,
        deposit_number,
        count(*) as payments,
        sum(total_amount) as paid_amount,
        max(entry_on) as paid_on
    from entries
    where entry_kind in ('payment', 'refund') and deposit_number is not null
    group by platform, account_id, book_brand_key, deposit_number
)

select
    'entry' as entity,
    paid.account_id || '|' || coalesce(paid.book_brand_key, '') || '|' || paid.deposit_number as entity_key,
    paid.platform,
    paid.account_id,
    coalesce(paid.book_brand_key || '|', '') || 'deposit|' || paid.deposit_number as native_id,
    cast(null as varchar) as native_url,
    cast(null as varchar) as job_key,
    paid.paid_amount || ' deposited' as expected,
    'no deposit of its ' || paid.payments || ' payments' as actual,
    -paid.paid_amount as difference_amount,
    abs(paid.paid_amount) as dollars_at_risk,
    paid.paid_on as occurred_on
from paid
cross join {{ ref('int_data__as_of') }} as data
left join deposits
    on deposits.account_id = paid.account_id
    and deposits.book_brand_key is not distinct from paid.book_brand_key
    and deposits.document_number = paid.deposit_number
where deposits.document_number is null
  and paid.paid_amount <> 0
  and paid.paid_on < data.as_of_on - {{ setting('tolerances.deposit_days', 'integer') }}
  and exists (
      select 1
      from deposits as others
      where others.account_id = paid.account_id and others.book_brand_key is not distinct from paid.book_brand_key
  )
