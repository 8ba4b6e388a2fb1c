-- One invoice, two amounts: edited on one side after it was handed over. Tax may differ by the rounding of its lines.
with compared as (
    select
        invoices.*,
        books.total_amount as book_amount,
        greatest(
            abs(books.total_amount - invoices.total_amount),
            abs(coalesce(books.subtotal_amount - invoices.subtotal_amount, 0))
        ) as amount_apart,
        abs(coalesce(books.tax_amount - invoices.tax_amount, 0)) as tax_apart
    from {{ ref('int_invoices__unioned') }} as invoices
    inner join {{ ref('int_book_entries__matched') }} as books on books.record_key = invoices.invoice_key
    where not invoices.is_deleted
      and invoices.invoice_status in ('open', 'paid')
      and books.entry_status = 'posted'
)

select
    'invoice' as entity,
    invoice_key as entity_key,
    platform,
    account_id,
    native_id,
    native_url,
    job_key,
    total_amount || ' in dispatch' as expected,
    book_amount || ' in the books' as actual,
    book_amount - total_amount as difference_amount,
    greatest(amount_apart, tax_apart) as dollars_at_risk,
    invoiced_on as occurred_on
from compared
where tax_apart > {{ setting('tolerances.books_tax_amount', 'decimal(18, 2)') }}
   or amount_apart
       > {{ setting('tolerances.books_amount', 'decimal(18, 2)') }}
           + case
               when tax_apart <= {{ setting('tolerances.books_tax_amount', 'decimal(18, 2)') }} then tax_apart
               else 0
           end
