-- Every posted document of the books beside the standing one of dispatch that it is, and which copy of it this is: the books
-- may hold one document twice under two numbers. The copy with the shorter number is the first.
with standing as (
    select
        invoice_key as record_key, platform, account_id, invoiced_on as record_on, total_amount as record_amount
    from {{ ref('int_invoices__unioned') }}
    where not is_deleted and invoice_status in ('open', 'paid')

    union all

    select payment_key, platform, account_id, paid_on, amount
    from {{ ref('int_payments__unioned') }}
    where not is_deleted and payment_status = 'succeeded'
)

select
    entries.book_entry_key,
    entries.record_kind,
    entries.platform,
    entries.account_id,
    entries.native_id,
    entries.native_url,
    entries.document_number,
    entries.entry_on,
    entries.total_amount,
    standing.record_key,
    standing.platform as record_platform,
    standing.account_id as record_account_id,
    standing.record_on,
    standing.record_amount,
    case
        when standing.record_key is not null
            then row_number() over (
                partition by standing.record_key
                order by length(entries.document_number), entries.document_number, entries.book_entry_key
            )
    end as copy_number
from {{ ref('int_book_entries__matched') }} as entries
left join standing on standing.record_key = entries.record_key
where entries.entry_status = 'posted'
