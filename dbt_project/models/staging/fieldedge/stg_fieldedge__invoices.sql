with invoices as (
    select
        *,
        case
            when vendor_status is not null
                then {{ canonical_value('fieldedge', 'invoice.status', 'vendor_status') }}
            -- A look-up shows no status, only what is left to pay.
            when total_amount > 0 and balance_amount = 0 then 'paid'
            else 'open'
        end as invoice_status,
        list_sum(list_transform(
            list_filter(lines, lambda line: lower(line.item_type) = 'discount'), lambda line: abs(line.amount)
        )) as discount_amount
    from {{ ref('base_fieldedge__invoices') }}
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as invoice_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    created_at,
    cast(null as timestamp) as updated_at,
    is_gone as is_deleted,
    invoice_number,
    case when work_order_native_id is not null then 'job' else 'other' end as invoice_kind,
    invoice_status,
    vendor_status as vendor_invoice_status,
    {{ entity_key('platform', 'account_id', 'work_order_native_id') }} as job_key,
    {{ entity_key('platform', 'account_id', 'customer_native_id') }} as customer_key,
    cast(null as varchar) as location_key,
    cast(null as varchar) as membership_key,
    cast(null as varchar) as adjusts_invoice_key,
    cast(invoice_date as date) as invoiced_on,
    cast(due_date as date) as due_on,
    cast(paid_date as date) as paid_on,
    coalesce(subtotal_amount, total_amount - tax_amount) as subtotal_amount,
    coalesce(discount_amount, 0) as discount_amount,
    coalesce(tax_amount, total_amount - subtotal_amount) as tax_amount,
    total_amount,
    balance_amount,
    -- No time of voiding is told: the first export that shows it is the nearest there is.
    case when invoice_status = 'voided' then changed_at end as voided_at,
    {{ json_object({'is_exported': 'is_exported'}) }} as vendor_attributes,
    changed_at as _loaded_at
from invoices
