-- The books have a document that dispatch has not, or has voided: written by hand, or left behind by a void. Its revenue is
-- nobody's job, so no campaign ever gets credit for it.
with standing as (
    select invoice_key as record_key
    from {{ ref('int_invoices__unioned') }}
    where not is_deleted and invoice_status in ('open', 'paid')

    union all

    select payment_key
    from {{ ref('int_payments__unioned') }}
    where not is_deleted and payment_status = 'succeeded'
)

select
    'entry' as entity,
    entries.book_entry_key as entity_key,
    entries.platform,
    entries.account_id,
    entries.native_id,
    entries.native_url,
    cast(null as varchar) as job_key,
    'a standing ' || entries.record_kind || ' in dispatch' as expected,
    case when entries.record_key is null then 'none' else 'voided there' end as actual,
    entries.total_amount as difference_amount,
    abs(entries.total_amount) as dollars_at_risk,
    entries.entry_on as occurred_on
from {{ ref('int_book_entries__matched') }} as entries
cross join {{ ref('int_data__as_of') }} as data
left join standing on standing.record_key = entries.record_key
where entries.entry_status = 'posted'
  and entries.total_amount <> 0
  and standing.record_key is null
  and entries.entry_on < data.as_of_on - {{ setting('tolerances.books_days', 'integer') }}
