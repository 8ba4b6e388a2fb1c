with invoices as (
    select * from {{ ref('base_jobber__invoices') }}
),

items as (
    select
        platform, account_id, native_id as invoice_native_id, {{ json_elements('invoice.lineItems.nodes') }} as item,
        removed_at, changed_at
    from invoices
),

-- A discount is an amount of the invoice; as a negative line it makes the lines add up to the subtotal.
lines as (
    select
        platform, account_id, invoice_native_id, item.id as line_id, item.name as line_name,
        {{ canonical_value('jobber', 'lineItem.category', 'item.category') }} as line_kind,
        item.category as vendor_line_category,
        cast(item.quantity as decimal(18, 4)) as quantity,
        cast(item.unitPrice as decimal(18, 4)) as unit_price_amount,
        cast(item.totalPrice as decimal(18, 2)) as total_amount,
        removed_at, changed_at
    from items

    union all

    select
        platform, account_id, native_id, 'discount', 'Discount', 'discount', 'discount', cast(1 as decimal(18, 4)),
        -abs(cast(invoice.amounts.discountAmount as decimal(18, 4))),
        -abs(cast(invoice.amounts.discountAmount as decimal(18, 2))), removed_at, changed_at
    from invoices
    where cast(invoice.amounts.discountAmount as decimal(18, 2)) <> 0
),

named as (
    select *, invoice_native_id || '|' || line_id as native_id from lines
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as invoice_line_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    removed_at is not null as is_deleted,
    {{ entity_key('platform', 'account_id', 'invoice_native_id') }} as invoice_key,
    line_name,
    line_kind,
    vendor_line_category,
    quantity,
    unit_price_amount,
    total_amount,
    cast(null as decimal(18, 2)) as cost_amount,
    cast(null as varchar) as vendor_attributes,
    changed_at as _loaded_at
from named
