-- Dispatch against the books, as the two would be added up: what was billed and what was taken, per brand and month. The
-- single documents behind a difference are in fct_reconciliation_gaps.
with dispatch as (
    select accounts.brand_key, 'invoices' as entity, invoices.invoiced_on as entry_on, invoices.total_amount as amount
    from {{ ref('int_invoices__unioned') }} as invoices
    inner join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = invoices.account_id
    where not invoices.is_deleted and invoices.invoice_status in ('open', 'paid')

    union all

    select accounts.brand_key, 'payments', payments.paid_on, payments.amount
    from {{ ref('int_payments__unioned') }} as payments
    inner join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = payments.account_id
    where not payments.is_deleted and payments.payment_status = 'succeeded'
),

books as (
    select
        coalesce(entries.brand_key, accounts.brand_key) as brand_key,
        case when entries.entry_kind in ('payment', 'refund') then 'payments' else 'invoices' end as entity,
        entries.entry_on,
        entries.total_amount as amount
    from {{ ref('int_book_entries__unioned') }} as entries
    left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = entries.account_id
    where not entries.is_deleted
      and entries.entry_status = 'posted'
      and entries.entry_kind <> 'deposit'
),

summed as (
    select
        brand_key,
        entity,
        cast(date_trunc('month', entry_on) as date) as month_on,
        sum(case when side = 'dispatch' then amount else 0 end) as dispatch_amount,
        sum(case when side = 'books' then amount else 0 end) as books_amount
    from (
        select *, 'dispatch' as side from dispatch
        union all
        select *, 'books' from books
    ) as entries
    where brand_key in (select brand_key from {{ ref('int_brands__booked') }})
    group by brand_key, entity, cast(date_trunc('month', entry_on) as date)
)

select
    summed.brand_key,
    summed.entity,
    summed.month_on,
    cast(summed.dispatch_amount as decimal(18, 2)) as dispatch_amount,
    cast(summed.books_amount as decimal(18, 2)) as books_amount,
    cast(summed.books_amount - summed.dispatch_amount as decimal(18, 2)) as difference_amount,
    summed.month_on < cast(date_trunc('month', data.as_of_on - {{ setting('tolerances.books_days', 'integer') }}) as date)
        as is_closed,
    -- A closed month may be one part in a thousand apart, an open one a hundredth: the last days are not handed over yet.
    abs(summed.books_amount - summed.dispatch_amount)
        <= abs(summed.dispatch_amount) * case
            when summed.month_on
                < cast(date_trunc('month', data.as_of_on - {{ setting('tolerances.books_days', 'integer') }}) as date)
                then 0.001
            else 0.01
        end as is_within_tolerance
from summed
cross join {{ ref('int_data__as_of') }} as data
