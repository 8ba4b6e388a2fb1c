with invoices as (
    select
        *,
        coalesce(list_sum(list_transform(invoice.taxes, tax -> cast(tax.amount as bigint))), 0) as tax_cents,
        coalesce(list_sum(list_transform(invoice.discounts, discount -> cast(discount.amount as bigint))), 0)
            as discount_cents,
        {{ canonical_value('housecallpro', 'invoice.status', 'invoice.status') }} as invoice_status
    from {{ ref('base_housecallpro__invoices') }}
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as invoice_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    removed_at is not null as is_deleted,
    invoice.invoice_number,
    case when invoice.job_id is not null then 'job' else 'other' end as invoice_kind,
    invoice_status,
    invoice.status as vendor_invoice_status,
    {{ entity_key('platform', 'account_id', 'invoice.job_id') }} as job_key,
    {{ entity_key('platform', 'account_id', 'customer_native_id') }} as customer_key,
    {{ entity_key('platform', 'account_id', 'location_native_id') }} as location_key,
    cast(null as varchar) as membership_key,
    cast(null as varchar) as adjusts_invoice_key,
    {{ business_date(utc_timestamp('invoice.invoice_date'), 'timezone') }} as invoiced_on,
    {{ business_date(utc_timestamp('invoice.due_at'), 'timezone') }} as due_on,
    {{ business_date(utc_timestamp('invoice.paid_at'), 'timezone') }} as paid_on,
    -- The vendor's own subtotal is not defined with regard to discounts; amount minus tax is.
    {{ cents_to_amount('cast(invoice.amount as bigint) - tax_cents') }} as subtotal_amount,
    {{ cents_to_amount('discount_cents') }} as discount_amount,
    {{ cents_to_amount('tax_cents') }} as tax_amount,
    {{ cents_to_amount('invoice.amount') }} as total_amount,
    {{ cents_to_amount('invoice.due_amount') }} as balance_amount,
    -- No time of voiding is told: the first time that the row was read as it is now is the nearest there is.
    case when invoice_status in ('voided', 'canceled') then changed_at end as voided_at,
    {{ json_object({
        'subtotal_amount': cents_to_amount('invoice.subtotal'),
        'sent_at': 'invoice.sent_at',
        'service_date': 'invoice.service_date',
        'due_concept': 'invoice.due_concept'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from invoices
