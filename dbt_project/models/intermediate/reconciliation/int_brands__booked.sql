-- Which brands' books are exported, and from which day on they can be compared.
with entries as (
    select
        coalesce(entries.brand_key, accounts.brand_key) as brand_key,
        case when entries.entry_kind in ('payment', 'refund') then 'payment' else 'invoice' end as record_kind,
        entries.entry_on
    from {{ ref('int_book_entries__unioned') }} as entries
    left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = entries.account_id
    where not entries.is_deleted and entries.entry_kind <> 'deposit'
)

select brand_key, record_kind, min(entry_on) as books_from_on
from entries
where brand_key is not null
group by brand_key, record_kind
