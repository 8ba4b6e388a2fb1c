-- Billed in dispatch and never handed over: a failed or pending export, or a document that was deleted in the books. Revenue
-- that finance does not know. Judged from the first day on that the brand's books tell.
with booked as (
    select distinct record_key
    from {{ ref('int_book_entries__matched') }}
    where entry_status = 'posted' and record_key is not null
)

select
    'invoice' as entity,
    records.invoice_key as entity_key,
    records.platform,
    records.account_id,
    records.native_id,
    records.native_url,
    records.job_key,
    'a posted invoice in the books' as expected,
    'none' as actual,
    records.total_amount as difference_amount,
    abs(records.total_amount) as dollars_at_risk,
    records.invoiced_on as occurred_on
from {{ ref('int_invoices__unioned') }} as records
inner join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = records.account_id
inner join {{ ref('int_brands__booked') }} as brands
    on brands.brand_key = accounts.brand_key
    and brands.record_kind = 'invoice'
cross join {{ ref('int_data__as_of') }} as data
left join booked on booked.record_key = records.invoice_key
where not records.is_deleted
  and records.invoice_status in ('open', 'paid')
  and records.total_amount <> 0
  and records.invoiced_on >= brands.books_from_on
  and records.invoiced_on < data.as_of_on - {{ setting('tolerances.books_days', 'integer') }}
  and booked.record_key is null
