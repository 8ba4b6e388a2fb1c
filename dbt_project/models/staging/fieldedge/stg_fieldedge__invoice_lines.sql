-- Lines have no ids: a line is its place on the invoice.
with lines as (
    select
        platform, account_id, native_id as invoice_native_id, is_exported, is_gone, changed_at,
        {{ json_elements('lines') }} as line, generate_subscripts(lines, 1) as line_number
    from {{ ref('base_fieldedge__invoices') }}
),

identified as (
    select
        *,
        invoice_native_id || '|' || line_number as native_id,
        {{ canonical_value('fieldedge', 'invoice_line.type', 'line.item_type') }} as canonical_kind
    from lines
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as invoice_line_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    is_gone as is_deleted,
    {{ entity_key('platform', 'account_id', 'invoice_native_id') }} as invoice_key,
    line.item as line_name,
    case when line.item_type is null then 'other' else canonical_kind end as line_kind,
    line.item_type as vendor_line_type,
    cast(line.quantity as decimal(18, 4)) as quantity,
    cast(line.unit_price as decimal(18, 4)) as unit_price_amount,
    line.amount as total_amount,
    cast(
        cast(line.unit_cost as decimal(14, 4)) * cast(line.quantity as decimal(14, 4)) as decimal(18, 2)
    ) as cost_amount,
    {{ json_object({'is_exported': 'is_exported'}) }} as vendor_attributes,
    changed_at as _loaded_at
from identified
