with invoices as (
    select * from {{ ref('base_servicefusion__invoices') }}
),

last_payments as (
    select account_id, payment.invoice_id as invoice_native_id, max(received_on) as received_on
    from {{ ref('base_servicefusion__payments') }}
    where transaction_kind = 'payment' and not is_void and not is_deleted
    group by account_id, payment.invoice_id
)

select
    {{ entity_key('invoices.platform', 'invoices.account_id', 'invoices.native_id') }} as invoice_key,
    invoices.platform,
    invoices.account_id,
    invoices.native_id,
    cast(null as varchar) as native_url,
    invoices.created_at,
    invoices.updated_at,
    invoices.is_deleted,
    invoices.invoice_number,
    case when invoices.job_native_id is not null then 'job' else 'other' end as invoice_kind,
    -- There is no status. A voided invoice is not known to exist: one that is gone is deleted.
    case when invoices.is_paid then 'paid' else 'open' end as invoice_status,
    {{ entity_key('invoices.platform', 'invoices.account_id', 'invoices.job_native_id') }} as job_key,
    {{ entity_key('invoices.platform', 'invoices.account_id', 'invoices.customer_native_id') }} as customer_key,
    {{ entity_key('invoices.platform', 'invoices.account_id', 'invoices.location_native_id') }} as location_key,
    cast(null as varchar) as membership_key,
    cast(null as varchar) as adjusts_invoice_key,
    invoices.invoiced_on,
    cast(null as date) as due_on,
    case when invoices.is_paid then last_payments.received_on end as paid_on,
    cast(invoices.total_amount - invoices.tax_amount as decimal(18, 2)) as subtotal_amount,
    cast(null as decimal(18, 2)) as discount_amount,
    invoices.tax_amount,
    invoices.total_amount,
    invoices.balance_amount,
    cast(null as timestamp) as voided_at,
    {{ json_object({'is_listed': 'invoices.is_listed', 'job_count': 'invoices.job_count', 'is_whole': 'invoices.is_whole'}) }}
        as vendor_attributes,
    invoices.changed_at as _loaded_at
from invoices
left join last_payments
    on last_payments.account_id = invoices.account_id and last_payments.invoice_native_id = invoices.native_id
