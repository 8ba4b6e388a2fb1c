-- An invoice names neither its customer nor its address, only the job that has them.
with invoices as (
    select
        *,
        'housecallpro' as platform,
        {{ json_fields('payload', text_fields(
            ['status', 'invoice_number', 'amount', 'subtotal', 'due_amount', 'due_at', 'paid_at', 'sent_at',
             'service_date', 'invoice_date', 'due_concept', 'job_id'],
            {
                'items': [text_fields(
                    ['id', 'name', 'description', 'unit_cost', 'unit_price', 'qty_in_hundredths', 'amount',
                     'invoiced_amount', 'type']
                )],
                'taxes': [text_fields(['id', 'name', 'rate', 'amount'])],
                'discounts': [text_fields(['id', 'name', 'amount'])],
                'payments': [text_fields(
                    ['id', 'status', 'payment_method', 'amount', 'note', 'paid_at', 'category', 'surcharge_fee_amount']
                )],
                'refunds': [text_fields(
                    ['id', 'status', 'payment_method', 'amount', 'refunded_at', 'category', 'surcharge_fee_amount',
                     'tip_amount']
                )]
            }
        )) }} as invoice
    from {{ source('housecallpro', 'invoices') }}
),

jobs as (
    select
        account_id,
        native_id,
        {{ json_fields('payload', {'customer': text_fields(['id']), 'address': text_fields(['id'])}) }} as job
    from {{ source('housecallpro', 'jobs') }}
)

select
    invoices.platform,
    invoices.account_id,
    invoices.native_id,
    invoices.invoice,
    jobs.job.customer.id as customer_native_id,
    jobs.job.address.id as location_native_id,
    accounts.timezone,
    invoices.removed_at,
    invoices.changed_at,
    invoices.changed_at
from invoices
left join jobs on jobs.account_id = invoices.account_id and jobs.native_id = invoices.invoice.job_id
left join {{ ref('stg_operator__accounts') }} as accounts
    on accounts.platform = invoices.platform and accounts.account_id = invoices.account_id
