-- Invoices with the job that each bills. Jobs that the office has closed stand under archivedJobs; of several jobs on one
-- invoice the oldest has the smallest number in its id, which sorts first.
with invoices as (
    select
        *,
        'jobber' as platform,
        {{ json_fields('payload', text_fields(
            ['invoiceNumber', 'invoiceStatus', 'subject', 'issuedDate', 'dueDate', 'receivedDate', 'jobberWebUri',
             'createdAt', 'updatedAt'],
            {
                'client': text_fields(['id']),
                'amounts': text_fields(
                    ['subtotal', 'discountAmount', 'taxAmount', 'total', 'depositAmount', 'paymentsTotal', 'tipsTotal',
                     'invoiceBalance']
                ),
                'jobs': {'nodes': [text_fields(['id'])]},
                'archivedJobs': {'nodes': [text_fields(['id'])]},
                'lineItems': {'nodes': [text_fields(
                    ['id', 'name', 'category', 'quantity', 'unitPrice', 'totalPrice']
                )]}
            }
        )) }} as invoice
    from {{ source('jobber', 'invoices') }}
),

billed as (
    select account_id, native_id, {{ json_elements('invoice.jobs.nodes') }} as job from invoices
    union all
    select account_id, native_id, {{ json_elements('invoice.archivedJobs.nodes') }} from invoices
),

first_jobs as (
    select account_id, native_id, min(job.id) as job_native_id, count(*) as job_count
    from billed
    group by account_id, native_id
)

select
    invoices.*,
    first_jobs.job_native_id,
    coalesce(first_jobs.job_count, 0) as job_count,
    accounts.timezone
from invoices
left join first_jobs
    on first_jobs.account_id = invoices.account_id and first_jobs.native_id = invoices.native_id
left join {{ ref('stg_operator__accounts') }} as accounts
    on accounts.platform = invoices.platform and accounts.account_id = invoices.account_id
