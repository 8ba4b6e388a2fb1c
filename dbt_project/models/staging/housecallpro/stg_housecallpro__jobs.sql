with jobs as (
    select
        *,
        'housecallpro' as platform,
        {{ json_fields('payload', text_fields(
            ['invoice_number', 'description', 'work_status', 'total_amount', 'subtotal', 'outstanding_balance',
             'original_estimate_id', 'lead_source', 'created_at', 'updated_at', 'canceled_at', 'deleted_at',
             'locked_at', 'recurrence_number', 'recurrence_rule'],
            {
                'customer': text_fields(['id']),
                'address': text_fields(['id']),
                'work_timestamps': text_fields(['on_my_way_at', 'started_at', 'completed_at']),
                'schedule': text_fields(['scheduled_start', 'scheduled_end']),
                'assigned_employees': [text_fields(['id'])],
                'job_fields': {'job_type': text_fields(['id', 'name']), 'business_unit': text_fields(['name'])},
                'tags': ['VARCHAR']
            }
        )) }} as job
    from {{ source('housecallpro', 'jobs') }}
),

leads as (
    select
        account_id, native_id, {{ json_fields('payload', {'conversions': [text_fields(['id', 'type'])]}) }} as lead
    from {{ source('housecallpro', 'leads') }}
),

conversions as (
    select account_id, native_id as lead_native_id, {{ json_elements('lead.conversions') }} as conversion from leads
),

-- Only the lead knows which job it became.
leads_by_job as (
    select account_id, conversion.id as job_native_id, min(lead_native_id) as lead_native_id
    from conversions
    where lower(conversion.type) = 'job'
    group by account_id, conversion.id
),

mapped as (
    select
        jobs.*,
        {{ canonical_value('housecallpro', 'job.work_status', 'job.work_status') }} as job_status,
        {{ utc_timestamp('job.created_at') }} as booked_at,
        {{ cents_to_amount('job.total_amount') }} as total_amount,
        {{ cents_to_amount('job.subtotal') }} as subtotal_amount,
        leads_by_job.lead_native_id,
        lead_sources.native_id as lead_source_native_id,
        accounts.timezone
    from jobs
    left join leads_by_job
        on leads_by_job.account_id = jobs.account_id and leads_by_job.job_native_id = jobs.native_id
    left join {{ ref('base_housecallpro__lead_sources') }} as lead_sources
        on lead_sources.account_id = jobs.account_id and lead_sources.source_name = job.lead_source
    left join {{ ref('stg_operator__accounts') }} as accounts
        on accounts.platform = jobs.platform and accounts.account_id = jobs.account_id
),

timed as (
    select
        *,
        case when job_status = 'completed' then {{ utc_timestamp('job.work_timestamps.completed_at') }} end
            as completed_at,
        -- canceled_at: by the customer; deleted_at: by the company.
        case when job_status = 'canceled' then {{ utc_timestamp('coalesce(job.canceled_at, job.deleted_at)') }} end
            as canceled_at
    from mapped
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as job_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    booked_at as created_at,
    {{ utc_timestamp('job.updated_at') }} as updated_at,
    -- A job that the company canceled has deleted_at too; it was booked and canceled all the same.
    removed_at is not null or coalesce(job.deleted_at is not null and job_status <> 'canceled', false) as is_deleted,
    job.invoice_number as job_number,
    {{ entity_key('platform', 'account_id', 'job.customer.id') }} as customer_key,
    {{ entity_key('platform', 'account_id', 'job.address.id') }} as location_key,
    {{ entity_key('platform', 'account_id', 'job.job_fields.job_type.id') }} as job_type_key,
    job.job_fields.job_type.name as job_type_name,
    job.job_fields.business_unit.name as business_unit_name,
    coalesce({{ trade_named('job.job_fields.business_unit.name') }}, {{ trade_named('job.job_fields.job_type.name') }})
        as trade,
    {{ entity_key('platform', 'account_id', 'lead_source_native_id') }} as campaign_key,
    job.lead_source as source_name,
    {{ entity_key('platform', 'account_id', 'lead_native_id') }} as lead_key,
    cast(null as varchar) as call_key,
    job_status,
    job.work_status as vendor_work_status,
    booked_at,
    {{ business_date('booked_at', 'timezone') }} as booked_on,
    {{ utc_timestamp('job.schedule.scheduled_start') }} as scheduled_start_at,
    {{ utc_timestamp('job.schedule.scheduled_end') }} as scheduled_end_at,
    {{ utc_timestamp('job.work_timestamps.started_at') }} as started_at,
    completed_at,
    {{ business_date('completed_at', 'timezone') }} as completed_on,
    canceled_at,
    {{ business_date('canceled_at', 'timezone') }} as canceled_on,
    total_amount,
    subtotal_amount,
    -- There is no flag: work that ended with nothing to pay was done without charge.
    case when job_status = 'completed' then total_amount = 0 end as is_no_charge,
    cast(null as varchar) as recall_of_job_key,
    cast(null as varchar) as warranty_of_job_key,
    {{ entity_key('platform', 'account_id', 'job.original_estimate_id') }} as origin_estimate_key,
    cast(null as varchar) as membership_key,
    {{ entity_key('platform', 'account_id', 'job.assigned_employees[1].id') }} as technician_key,
    cast(null as varchar) as sold_by_technician_key,
    {{ json_object({
        'description': 'job.description',
        'outstanding_amount': cents_to_amount('job.outstanding_balance'),
        'tags': 'job.tags',
        'locked_at': 'job.locked_at',
        'recurrence_number': 'job.recurrence_number',
        'recurrence_rule': 'job.recurrence_rule'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from timed
