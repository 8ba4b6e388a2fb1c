-- From what dispatch billed and took to what the books hold, document by document and on its day: the daily and monthly
-- totals of both differ by nothing but these causes. A document that matches stands with its dispatch account, one that
-- dispatch does not know with the account of the books.
with records as (
    select
        'invoice' as record_kind, invoice_key as record_key, platform, account_id, invoiced_on as record_on,
        total_amount as amount
    from {{ ref('int_invoices__unioned') }}
    where not is_deleted and invoice_status in ('open', 'paid')

    union all

    select 'payment', payment_key, platform, account_id, paid_on, amount
    from {{ ref('int_payments__unioned') }}
    where not is_deleted and payment_status = 'succeeded'
),

entries as (
    select * from {{ ref('int_book_entries__ranked') }}
),

-- A brand's books are compared from their first day on; what they hold of earlier documents is compared as well.
comparable as (
    select
        records.*,
        firsts.record_key is not null as is_in_books,
        firsts.entry_on,
        firsts.total_amount as book_amount,
        records.record_on >= data.as_of_on - {{ setting('tolerances.books_days', 'integer') }} as is_recent
    from records
    inner join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = records.account_id
    inner join {{ ref('int_brands__booked') }} as brands
        on brands.brand_key = accounts.brand_key
        and brands.record_kind = records.record_kind
    cross join {{ ref('int_data__as_of') }} as data
    left join (select * from entries where copy_number = 1) as firsts on firsts.record_key = records.record_key
    where firsts.record_key is not null
       or (records.record_on >= brands.books_from_on and records.amount <> 0)
),

lines as (
    select record_kind, platform, account_id, record_on as day_on, 'vendor' as line, 1 as rows_count, amount
    from comparable

    union all

    select
        record_kind, platform, account_id, record_on, case when is_recent then 'late' else 'not_in_books' end, -1, -amount
    from comparable
    where not is_in_books

    union all

    select record_kind, platform, account_id, record_on, 'date_basis', -1, -amount
    from comparable
    where is_in_books and entry_on <> record_on

    union all

    select record_kind, platform, account_id, entry_on, 'date_basis', 1, amount
    from comparable
    where is_in_books and entry_on <> record_on

    union all

    select record_kind, platform, account_id, entry_on, 'amount_in_books', 0, book_amount - amount
    from comparable
    where is_in_books and book_amount <> amount

    union all

    select record_kind, record_platform, record_account_id, entry_on, 'doubled', 1, total_amount
    from entries
    where copy_number > 1

    union all

    select record_kind, platform, account_id, entry_on, 'not_in_dispatch', 1, total_amount
    from entries
    where record_key is null

    union all

    select
        record_kind, coalesce(record_platform, platform), coalesce(record_account_id, account_id), entry_on, 'ours', 1,
        total_amount
    from entries
)

select record_kind || 's in the books' as bridge, platform, account_id, day_on, line, rows_count, amount
from lines
