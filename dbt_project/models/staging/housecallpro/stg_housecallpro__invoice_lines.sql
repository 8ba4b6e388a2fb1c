with invoices as (
    select * from {{ ref('base_housecallpro__invoices') }}
),

items as (
    select
        platform, account_id, native_id as invoice_native_id, {{ json_elements('invoice.items') }} as item,
        removed_at, changed_at
    from invoices
),

discounts as (
    select
        platform, account_id, native_id as invoice_native_id, {{ json_elements('invoice.discounts') }} as discount,
        removed_at, changed_at
    from invoices
),

-- On a progress invoice only invoiced_amount of an item is asked for.
lines as (
    select
        platform, account_id, invoice_native_id, item.id as line_id, item.name as line_name,
        item.type as vendor_line_type,
        {{ canonical_value('housecallpro', 'invoice_item.type', 'item.type') }} as line_kind,
        cast(cast(item.qty_in_hundredths as decimal(16, 0)) * 0.01 as decimal(18, 4)) as quantity,
        -- A unit price may come with a fraction of a cent.
        cast(cast(item.unit_price as decimal(18, 4)) * 0.01 as decimal(18, 4)) as unit_price_amount,
        {{ cents_to_amount('coalesce(item.invoiced_amount, item.amount)') }} as total_amount,
        cast(
            cast(item.unit_cost as decimal(16, 2)) * cast(item.qty_in_hundredths as decimal(12, 0)) * 0.0001
            as decimal(18, 2)
        ) as cost_amount,
        {{ json_object({'description': 'item.description', 'item_amount': cents_to_amount('item.amount')}) }}
            as vendor_attributes,
        removed_at, changed_at
    from items

    union all

    select
        platform, account_id, invoice_native_id, 'discount|' || discount.id, discount.name, 'discount', 'discount',
        cast(1 as decimal(18, 4)), {{ cents_to_amount('-abs(cast(discount.amount as bigint))') }},
        {{ cents_to_amount('-abs(cast(discount.amount as bigint))') }}, cast(null as decimal(18, 2)), null,
        removed_at, changed_at
    from discounts
),

-- Should a line's id repeat within an invoice, the repetition stays a row of its own instead of vanishing.
numbered as (
    select
        *,
        row_number() over (
            partition by account_id, invoice_native_id, line_id order by total_amount, line_name
        ) as repetition
    from lines
),

named as (
    select
        *,
        invoice_native_id || '|' || line_id || case when repetition > 1 then '|' || repetition else '' end as native_id
    from numbered
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
    vendor_line_type,
    quantity,
    unit_price_amount,
    total_amount,
    cost_amount,
    vendor_attributes,
    changed_at as _loaded_at
from named
