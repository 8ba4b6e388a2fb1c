-- Each document of dispatch beside its own in the books. The books name it by dispatch's id or by its number, within one brand;
-- an id is surer than a number, which some platforms give twice. Each document is matched once.
with entries as (
    select
        entries.*,
        coalesce(entries.brand_key, accounts.brand_key) as book_brand_key,
        case when entries.entry_kind in ('payment', 'refund') then 'payment' else 'invoice' end as record_kind
    from {{ ref('int_book_entries__unioned') }} as entries
    left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = entries.account_id
    where not entries.is_deleted and entries.entry_kind <> 'deposit'
),

documents as (
    select
        'invoice' as record_kind, invoices.invoice_key as record_key, accounts.brand_key, invoices.native_id,
        invoices.invoice_number as record_number
    from {{ ref('int_invoices__unioned') }} as invoices
    left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = invoices.account_id
    where not invoices.is_deleted

    union all

    select 'payment', payments.payment_key, accounts.brand_key, payments.native_id, cast(null as varchar)
    from {{ ref('int_payments__unioned') }} as payments
    left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = payments.account_id
    where not payments.is_deleted
),

names as (
    select record_kind, record_key, brand_key, native_id as name, 0 as name_rank from documents
    union all
    select record_kind, record_key, brand_key, record_number, 1 from documents where record_number is not null
),

book_names as (
    select book_entry_key, record_kind, book_brand_key, dispatch_reference as name, 0 as name_rank
    from entries
    where dispatch_reference is not null
    union all
    select book_entry_key, record_kind, book_brand_key, document_number, 2
    from entries
    where dispatch_reference is null
),

candidates as (
    select
        names.record_key,
        book_names.book_entry_key,
        row_number() over (
            partition by book_names.book_entry_key
            order by names.name_rank + book_names.name_rank, names.record_key
        ) as record_rank
    from book_names
    inner join names
        on names.name = book_names.name
        and names.record_kind = book_names.record_kind
        and names.brand_key = book_names.book_brand_key
)

select entries.*, candidates.record_key
from entries
left join candidates
    on candidates.book_entry_key = entries.book_entry_key
    and candidates.record_rank = 1
