with parsed as (
    select
        *,
        'servicetitan' as platform,
        {{ json_fields('payload', text_fields(
            ['referenceNumber', 'summary', 'invoiceDate', 'dueDate', 'paidOn', 'depositedOn', 'createdOn', 'modifiedOn',
             'subTotal', 'salesTax', 'total', 'balance', 'discountTotal', 'adjustmentToId', 'membershipId',
             'invoiceConfiguration', 'syncStatus', 'reviewStatus', 'sentStatus', 'active'],
            {
                'customer': text_fields(['id']),
                'location': text_fields(['id']),
                'job': text_fields(['id']),
                'businessUnit': text_fields(['name']),
                'batch': text_fields(['number'])
            }
        )) }} as invoice
    from {{ source('servicetitan', 'invoices') }}
),

flagged as (
    select
        *,
        removed_at is not null or not coalesce(cast(invoice.active as boolean), true) as is_deleted,
        {{ canonical_value('servicetitan', 'invoice.invoiceConfiguration', 'invoice.invoiceConfiguration') }}
            as configured_kind
    from parsed
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as invoice_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('invoice.createdOn') }} as created_at,
    {{ utc_timestamp('invoice.modifiedOn') }} as updated_at,
    is_deleted,
    invoice.referenceNumber as invoice_number,
    case
        when invoice.adjustmentToId is not null and configured_kind is not null then 'adjustment'
        else configured_kind
    end as invoice_kind,
    invoice.invoiceConfiguration as vendor_invoice_configuration,
    -- The vendor has no void status: a voided invoice is an inactive one.
    case
        when is_deleted then 'voided'
        when cast(invoice.balance as decimal(18, 2)) = 0 then 'paid'
        else 'open'
    end as invoice_status,
    {{ entity_key('platform', 'account_id', 'invoice.job.id') }} as job_key,
    {{ entity_key('platform', 'account_id', 'invoice.customer.id') }} as customer_key,
    {{ entity_key('platform', 'account_id', 'invoice.location.id') }} as location_key,
    {{ entity_key('platform', 'account_id', "nullif(invoice.membershipId, '0')") }} as membership_key,
    {{ entity_key('platform', 'account_id', 'invoice.adjustmentToId') }} as adjusts_invoice_key,
    {{ calendar_date('invoice.invoiceDate') }} as invoiced_on,
    {{ calendar_date('invoice.dueDate') }} as due_on,
    {{ calendar_date('invoice.paidOn') }} as paid_on,
    cast(invoice.subTotal as decimal(18, 2)) as subtotal_amount,
    cast(abs(cast(invoice.discountTotal as decimal(18, 2))) as decimal(18, 2)) as discount_amount,
    cast(invoice.salesTax as decimal(18, 2)) as tax_amount,
    cast(invoice.total as decimal(18, 2)) as total_amount,
    cast(invoice.balance as decimal(18, 2)) as balance_amount,
    case when is_deleted then coalesce({{ utc_timestamp('invoice.modifiedOn') }}, removed_at) end as voided_at,
    {{ json_object({
        'business_unit': 'invoice.businessUnit.name',
        'batch_number': 'invoice.batch.number',
        'sync_status': 'invoice.syncStatus',
        'review_status': 'invoice.reviewStatus',
        'sent_status': 'invoice.sentStatus',
        'deposited_on': 'invoice.depositedOn',
        'summary': 'invoice.summary'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from flagged
