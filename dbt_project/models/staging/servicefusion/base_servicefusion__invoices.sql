-- An invoice stands in two places: on its own list, which knows no job, and inside its job. The newer copy counts; the
-- job gives the link, the balance and the tax.
with listed as (
    select
        account_id,
        native_id,
        {{ json_fields('payload', text_fields(
            ['number', 'total', 'is_paid', 'date', 'created_at', 'updated_at', 'bill_to_customer_id']
        )) }} as invoice,
        removed_at,
        changed_at
    from {{ source('servicefusion', 'invoices') }}
),

jobs as (
    select * from {{ ref('base_servicefusion__jobs') }}
),

inside as (
    select
        account_id,
        native_id as job_native_id,
        customer_native_id,
        location_native_id,
        total_amount as job_total_amount,
        subtotal_amount as job_subtotal_amount,
        cast(job.due_total as decimal(18, 2)) as job_due_amount,
        removed_at,
        fetched_at,
        changed_at,
        {{ json_elements('job.invoices') }} as invoice
    from jobs
),

-- One invoice may ask for several jobs; it is filed under the first.
embedded as (
    select
        account_id,
        invoice.id as native_id,
        count(*) as job_count,
        min_by(job_native_id, cast(job_native_id as bigint)) as job_native_id,
        min_by(customer_native_id, cast(job_native_id as bigint)) as customer_native_id,
        min_by(location_native_id, cast(job_native_id as bigint)) as location_native_id,
        max_by(invoice, (invoice.updated_at, fetched_at)) as invoice,
        sum(job_total_amount) as job_total_amount,
        case when count(job_subtotal_amount) = count(*) then sum(job_subtotal_amount) end as job_subtotal_amount,
        sum(job_due_amount) as job_due_amount,
        bool_and(removed_at is not null) as is_job_removed,
        max(fetched_at) as fetched_at,
        max(changed_at) as changed_at
    from inside
    group by account_id, invoice.id
),

invoices_per_job as (
    select
        account_id,
        job_native_id,
        count(*) as invoice_count,
        sum(cast(invoice.total as decimal(18, 2))) as invoiced_amount
    from inside
    group by account_id, job_native_id
),

joined as (
    select
        coalesce(listed.account_id, embedded.account_id) as account_id,
        coalesce(listed.native_id, embedded.native_id) as native_id,
        coalesce(embedded.invoice.updated_at > listed.invoice.updated_at, listed.native_id is null) as is_from_job,
        listed.invoice as listed_invoice,
        embedded.invoice as embedded_invoice,
        embedded.job_native_id,
        coalesce(embedded.customer_native_id, listed.invoice.bill_to_customer_id) as customer_native_id,
        embedded.location_native_id,
        embedded.job_count,
        embedded.job_total_amount,
        embedded.job_subtotal_amount,
        embedded.job_due_amount,
        -- Gone from its list, unless its job was read since and still has it.
        case
            when listed.native_id is null then embedded.is_job_removed
            else listed.removed_at is not null
                and coalesce(embedded.is_job_removed or embedded.fetched_at <= listed.removed_at, true)
        end as is_deleted,
        listed.native_id is not null as is_listed,
        greatest(listed.changed_at, embedded.changed_at) as changed_at
    from listed
    full outer join embedded on embedded.account_id = listed.account_id and embedded.native_id = listed.native_id
),

chosen as (
    select
        joined.* exclude (listed_invoice, embedded_invoice),
        case when is_from_job then embedded_invoice.number else listed_invoice.number end as invoice_number,
        case when is_from_job then embedded_invoice.is_paid else listed_invoice.is_paid end = 'true' as is_paid,
        case when is_from_job then embedded_invoice.date else listed_invoice.date end as invoice_date,
        case when is_from_job then embedded_invoice.created_at else listed_invoice.created_at end as created_text,
        case when is_from_job then embedded_invoice.updated_at else listed_invoice.updated_at end as updated_text,
        cast(case when is_from_job then embedded_invoice.total else listed_invoice.total end as decimal(18, 2))
            as total_amount
    from joined
),

-- The only invoice of a job asks for all of it: tax and balance are the job's. One of less than half the job's price is
-- taken for an instalment, like each of several: it carries its share of the tax, and its balance is not told.
judged as (
    select
        chosen.*,
        coalesce(
            invoices_per_job.invoice_count = 1 and 2 * chosen.total_amount >= chosen.job_total_amount, false
        ) as is_whole,
        greatest(invoices_per_job.invoiced_amount, chosen.job_total_amount) as shared_amount,
        chosen.job_total_amount - chosen.job_subtotal_amount as job_tax_amount
    from chosen
    left join invoices_per_job
        on invoices_per_job.account_id = chosen.account_id
        and invoices_per_job.job_native_id = chosen.job_native_id
)

select
    'servicefusion' as platform,
    judged.account_id,
    judged.native_id,
    judged.invoice_number,
    judged.is_paid,
    {{ calendar_date('judged.invoice_date') }} as invoiced_on,
    {{ doubtful_timestamp('judged.created_text', 'accounts.naive_tz') }} as created_at,
    {{ doubtful_timestamp('judged.updated_text', 'accounts.naive_tz') }} as updated_at,
    judged.job_native_id,
    judged.job_count,
    judged.customer_native_id,
    judged.location_native_id,
    judged.is_whole,
    judged.total_amount,
    case
        when judged.job_tax_amount is null then null
        when judged.is_whole then judged.job_tax_amount
        else {{ share_of_amount('judged.total_amount', 'judged.job_tax_amount', 'judged.shared_amount') }}
    end as tax_amount,
    case when judged.is_whole then judged.job_due_amount when judged.is_paid then cast(0 as decimal(18, 2)) end
        as balance_amount,
    judged.is_deleted,
    judged.is_listed,
    judged.changed_at
from judged
left join {{ ref('base_servicefusion__accounts') }} as accounts on accounts.account_id = judged.account_id
