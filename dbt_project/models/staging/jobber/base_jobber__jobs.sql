-- Jobs with what their visits and custom fields say. A status of the calendar (late, today, upcoming) says nothing of the
-- work, and there is neither "completed" nor "canceled": whether the work was done stands on the visits, and a job that
-- was closed without a finished visit and without a bill was canceled.
with jobs as (
    select
        *,
        'jobber' as platform,
        {{ json_fields('payload', text_fields(
            ['jobNumber', 'title', 'jobStatus', 'jobType', 'total', 'startAt', 'endAt', 'completedAt', 'jobberWebUri',
             'createdAt', 'updatedAt'],
            {
                'client': text_fields(['id']),
                'property': text_fields(['id']),
                'quote': text_fields(['id']),
                'request': text_fields(['id']),
                'customFields': [text_fields(['label', 'valueText', 'valueDropdown'])],
                'visits': {'nodes': [text_fields(
                    ['id', 'visitStatus', 'startAt', 'endAt', 'allDay', 'isComplete', 'completedAt', 'createdAt'],
                    {'assignedUsers': {'nodes': [text_fields(['id'])]}}
                )]}
            }
        )) }} as job
    from {{ source('jobber', 'jobs') }}
),

fields as (
    select account_id, native_id, {{ json_elements('job.customFields') }} as field from jobs
),

named_fields as (
    select
        account_id,
        native_id,
        {%- for name, label in
            [('job_type_name', 'job type'), ('business_unit_name', 'business unit'), ('lead_source_name', 'lead source')] %}
        max(case when lower(trim(field.label)) = '{{ label }}'
            then nullif(trim(coalesce(field.valueDropdown, field.valueText)), '') end) as {{ name }}
        {{- "," if not loop.last }}
        {%- endfor %}
    from fields
    group by account_id, native_id
),

visits as (
    select account_id, native_id, {{ json_elements('job.visits.nodes') }} as visit from jobs
),

visited as (
    select
        account_id,
        native_id,
        count(*) as visit_count,
        count(case when visit.isComplete = 'true' then 1 end) as finished_count,
        max(case when visit.isComplete = 'true' then visit.completedAt end) as last_finished_at,
        min(visit.startAt) as first_start_at,
        min_by(visit.endAt, visit.startAt) as first_end_at,
        min_by(visit.assignedUsers.nodes[1].id, coalesce(visit.startAt, visit.createdAt)) as technician_native_id
    from visits
    group by account_id, native_id
),

billed as (
    select account_id, job_native_id, count(*) as invoice_count
    from {{ ref('base_jobber__invoices') }}
    where job_native_id is not null and removed_at is null and invoice.invoiceStatus <> 'voided'
    group by account_id, job_native_id
),

-- A job made from a quote may name its request only through the quote.
quotes as (
    select
        account_id, native_id, {{ json_fields('payload', {'request': text_fields(['id'])}) }} as quote
    from {{ source('jobber', 'quotes') }}
),

mapped as (
    select
        jobs.*,
        named_fields.job_type_name,
        named_fields.business_unit_name,
        named_fields.lead_source_name,
        coalesce(visited.visit_count, 0) as visit_count,
        coalesce(visited.finished_count, 0) as finished_count,
        visited.last_finished_at,
        coalesce(visited.first_start_at, jobs.job.startAt) as first_start_at,
        coalesce(visited.first_end_at, jobs.job.endAt) as first_end_at,
        visited.technician_native_id,
        coalesce(billed.invoice_count, 0) as invoice_count,
        coalesce(jobs.job.request.id, quotes.quote.request.id) as request_native_id,
        {{ canonical_value('jobber', 'job.jobStatus', 'jobs.job.jobStatus') }} as mapped_status
    from jobs
    left join named_fields
        on named_fields.account_id = jobs.account_id and named_fields.native_id = jobs.native_id
    left join visited on visited.account_id = jobs.account_id and visited.native_id = jobs.native_id
    left join billed on billed.account_id = jobs.account_id and billed.job_native_id = jobs.native_id
    left join quotes on quotes.account_id = jobs.account_id and quotes.native_id = jobs.job.quote.id
)

select
    *,
    case
        when mapped_status is null then null
        when job.jobStatus = 'archived' and finished_count = 0 and invoice_count = 0 then 'canceled'
        when job.jobStatus = 'archived' then 'completed'
        when finished_count > 0 and finished_count = visit_count and job.jobType = 'ONE_OFF' then 'completed'
        when finished_count > 0 then 'in_progress'
        else mapped_status
    end as job_status
from mapped
