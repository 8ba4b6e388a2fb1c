-- Exported invoices, and those that only a look-up by work order knows.
with exported as (
    select
        *,
        {{ json_fields('payload', text_fields(
            ['invoice_number', 'work_order_id', 'customer_id', 'status', 'created_at', 'invoice_date', 'due_date',
             'paid_date', 'subtotal', 'tax', 'total', 'balance'],
            {'lines': [text_fields(['item', 'item_type', 'quantity', 'unit_price', 'unit_cost', 'amount'])]}
        )) }} as invoice
    from {{ source('fieldedge', 'exported_invoices') }}
),

looked_up as (
    select
        *,
        {{ json_fields('payload', text_fields(
            ['invoiceNumber', 'workOrderId', 'subtotal', 'tax', 'total', 'balance', 'notFound'],
            {'lineItems': [text_fields(['itemId', 'description', 'quantity', 'unitPrice'])]}
        )) }} as answer
    from {{ source('fieldedge', 'invoices') }}
),

invoices as (
    select
        exported.account_id,
        exported.native_id,
        invoice.invoice_number,
        nullif(invoice.work_order_id, '') as work_order_native_id,
        invoice.customer_id as customer_native_id,
        invoice.status as vendor_status,
        invoice.created_at as created_text,
        invoice.invoice_date,
        invoice.due_date,
        invoice.paid_date,
        cast(invoice.subtotal as decimal(18, 2)) as subtotal_amount,
        cast(invoice.tax as decimal(18, 2)) as tax_amount,
        cast(invoice.total as decimal(18, 2)) as total_amount,
        cast(invoice.balance as decimal(18, 2)) as balance_amount,
        list_transform(
            invoice.lines,
            lambda line: {
                'item': line.item,
                'item_type': line.item_type,
                'quantity': line.quantity,
                'unit_price': line.unit_price,
                'unit_cost': line.unit_cost,
                'amount': cast(line.amount as decimal(18, 2))
            }
        ) as lines,
        true as is_exported,
        coalesce(answer.notFound = 'true', false) as is_gone,
        exported.changed_at
    from exported
    left join looked_up
        on looked_up.account_id = exported.account_id and looked_up.native_id = exported.native_id
        -- What accounting issued under an id of its own is not known by id.
        and looked_up.native_id = exported.invoice.work_order_id

    union all

    select
        looked_up.account_id,
        looked_up.native_id,
        answer.invoiceNumber,
        coalesce(answer.workOrderId, looked_up.native_id),
        null,
        null,
        null,
        null,
        null,
        null,
        cast(answer.subtotal as decimal(18, 2)),
        cast(answer.tax as decimal(18, 2)),
        cast(answer.total as decimal(18, 2)),
        cast(answer.balance as decimal(18, 2)),
        list_transform(
            answer.lineItems,
            lambda line: {
                'item': line.description,
                'item_type': cast(null as varchar),
                'quantity': line.quantity,
                'unit_price': line.unitPrice,
                'unit_cost': cast(null as varchar),
                'amount': cast(
                    cast(line.quantity as decimal(14, 4)) * cast(line.unitPrice as decimal(14, 4)) as decimal(18, 2)
                )
            }
        ),
        false,
        false,
        looked_up.changed_at
    from looked_up
    left join exported
        on exported.account_id = looked_up.account_id and exported.native_id = looked_up.native_id
    -- A work order without an invoice is no invoice that vanished.
    where exported.native_id is null and coalesce(answer.notFound = 'true', false) = false
)

select
    invoices.*,
    'fieldedge' as platform,
    {{ utc_from_local('invoices.created_text', 'accounts.timezone') }} as created_at,
    accounts.timezone
from invoices
left join {{ ref('stg_operator__accounts') }} as accounts
    on accounts.platform = 'fieldedge' and accounts.account_id = invoices.account_id
