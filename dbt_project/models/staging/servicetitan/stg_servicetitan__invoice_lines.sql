with invoices as (
    select
        *,
        {{ json_fields('payload', text_fields(['active', 'modifiedOn'], {'items': [text_fields([
            'id', 'description', 'quantity', 'totalCost', 'price', 'total', 'type', 'skuId', 'skuName', 'displayName',
            'order', 'isChargeable', 'technicianId', 'estimateItemId', 'membershipTypeId', 'createdOn', 'modifiedOn'
        ])]})) }} as invoice
    from {{ source('servicetitan', 'invoices') }}
),

items as (
    select
        account_id,
        native_id as invoice_native_id,
        invoice.active as invoice_active,
        removed_at,
        changed_at,
        {{ json_elements('invoice.items') }} as item
    from invoices
),

-- The id of an item should be unique; should one repeat, the repetition stays a row of its own instead of vanishing.
numbered as (
    select
        *,
        'servicetitan' as platform,
        row_number() over (
            partition by account_id, invoice_native_id, item.id
            order by cast(item."order" as integer), item.skuId, item.total
        ) as repetition
    from items
),

named as (
    select
        *,
        invoice_native_id || '|' || item.id || case when repetition > 1 then '|' || repetition else '' end as native_id
    from numbered
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as invoice_line_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('item.createdOn') }} as created_at,
    {{ utc_timestamp('item.modifiedOn') }} as updated_at,
    removed_at is not null or not coalesce(cast(invoice_active as boolean), true) as is_deleted,
    {{ entity_key('platform', 'account_id', 'invoice_native_id') }} as invoice_key,
    coalesce(item.displayName, item.skuName, item.description) as line_name,
    {{ canonical_value('servicetitan', 'invoice_item.type', 'item.type') }} as line_kind,
    item.type as vendor_line_type,
    cast(item.quantity as decimal(18, 4)) as quantity,
    cast(item.price as decimal(18, 4)) as unit_price_amount,
    cast(item.total as decimal(18, 2)) as total_amount,
    cast(item.totalCost as decimal(18, 2)) as cost_amount,
    {{ json_object({
        'sku': 'item.skuName',
        'is_chargeable': 'cast(item.isChargeable as boolean)',
        'technician_native_id': 'item.technicianId',
        'estimate_item_native_id': 'item.estimateItemId',
        'membership_type_native_id': "nullif(item.membershipTypeId, '0')"
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from named
