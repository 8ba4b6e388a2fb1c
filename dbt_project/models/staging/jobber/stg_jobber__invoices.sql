with invoices as (
    select
        invoices.*,
        jobs.job.property.id as location_native_id,
        cast(invoice.amounts.total as decimal(18, 2)) as total_amount,
        cast(invoice.amounts.taxAmount as decimal(18, 2)) as tax_amount,
        {{ canonical_value('jobber', 'invoice.invoiceStatus', 'invoice.invoiceStatus') }} as invoice_status
    from {{ ref('base_jobber__invoices') }} as invoices
    left join {{ ref('base_jobber__jobs') }} as jobs
        on jobs.account_id = invoices.account_id and jobs.native_id = invoices.job_native_id
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as invoice_key,
    platform,
    account_id,
    native_id,
    invoice.jobberWebUri as native_url,
    {{ utc_timestamp('invoice.createdAt') }} as created_at,
    {{ utc_timestamp('invoice.updatedAt') }} as updated_at,
    removed_at is not null as is_deleted,
    invoice.invoiceNumber as invoice_number,
    case when job_native_id is not null then 'job' else 'other' end as invoice_kind,
    invoice_status,
    invoice.invoiceStatus as vendor_invoice_status,
    {{ entity_key('platform', 'account_id', 'job_native_id') }} as job_key,
    {{ entity_key('platform', 'account_id', 'invoice.client.id') }} as customer_key,
    {{ entity_key('platform', 'account_id', 'location_native_id') }} as location_key,
    cast(null as varchar) as membership_key,
    cast(null as varchar) as adjusts_invoice_key,
    -- Dates are the instants at which their days begin in the account's time zone.
    {{ business_date(utc_timestamp('invoice.issuedDate'), 'timezone') }} as invoiced_on,
    {{ business_date(utc_timestamp('invoice.dueDate'), 'timezone') }} as due_on,
    {{ business_date(utc_timestamp('invoice.receivedDate'), 'timezone') }} as paid_on,
    -- The vendor's subtotal is before discounts; total less tax is after them.
    cast(total_amount - tax_amount as decimal(18, 2)) as subtotal_amount,
    abs(cast(invoice.amounts.discountAmount as decimal(18, 2))) as discount_amount,
    tax_amount,
    total_amount,
    cast(invoice.amounts.invoiceBalance as decimal(18, 2)) as balance_amount,
    -- Nothing says when an invoice was voided; that it was, was its last change.
    case when invoice_status = 'voided' then {{ utc_timestamp('invoice.updatedAt') }} end as voided_at,
    {{ json_object({
        'subject': 'invoice.subject',
        'subtotal_amount': 'invoice.amounts.subtotal',
        'deposit_amount': 'invoice.amounts.depositAmount',
        'tips_amount': 'invoice.amounts.tipsTotal',
        'jobs': 'job_count'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from invoices
