with jobs as (
    select
        jobs.*,
        {{ utc_timestamp('job.createdAt') }} as booked_at,
        -- The work ended with the last visit; closing the job is paperwork, and where no visit was kept all there is.
        case when job_status = 'completed' then
            {{ utc_timestamp('coalesce(last_finished_at, job.completedAt, job.updatedAt)') }}
        end as completed_at,
        case when job_status = 'canceled' then {{ utc_timestamp('job.completedAt') }} end as canceled_at,
        cast(job.total as decimal(18, 2)) as total_amount,
        job_types.native_id as job_type_native_id,
        lead_sources.native_id as lead_source_native_id,
        accounts.timezone
    from {{ ref('base_jobber__jobs') }} as jobs
    left join {{ ref('base_jobber__entries') }} as job_types
        on job_types.account_id = jobs.account_id and job_types.field_name = 'job type'
        and job_types.entry = jobs.job_type_name
    left join {{ ref('base_jobber__entries') }} as lead_sources
        on lead_sources.account_id = jobs.account_id and lead_sources.field_name = 'lead source'
        and lead_sources.entry = jobs.lead_source_name
    left join {{ ref('stg_operator__accounts') }} as accounts
        on accounts.platform = jobs.platform and accounts.account_id = jobs.account_id
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as job_key,
    platform,
    account_id,
    native_id,
    job.jobberWebUri as native_url,
    booked_at as created_at,
    {{ utc_timestamp('job.updatedAt') }} as updated_at,
    removed_at is not null as is_deleted,
    job.jobNumber as job_number,
    {{ entity_key('platform', 'account_id', 'job.client.id') }} as customer_key,
    {{ entity_key('platform', 'account_id', 'job.property.id') }} as location_key,
    {{ entity_key('platform', 'account_id', 'job_type_native_id') }} as job_type_key,
    job_type_name,
    business_unit_name,
    coalesce({{ trade_named('business_unit_name') }}, {{ trade_named('job_type_name') }}) as trade,
    {{ entity_key('platform', 'account_id', 'lead_source_native_id') }} as campaign_key,
    -- `job.source` would be the channel by which the record was created, no marketing.
    lead_source_name as source_name,
    {{ entity_key('platform', 'account_id', 'request_native_id') }} as lead_key,
    cast(null as varchar) as call_key,
    job_status,
    job.jobStatus as vendor_job_status,
    booked_at,
    {{ business_date('booked_at', 'timezone') }} as booked_on,
    {{ utc_timestamp('first_start_at') }} as scheduled_start_at,
    {{ utc_timestamp('first_end_at') }} as scheduled_end_at,
    cast(null as timestamp) as started_at,
    completed_at,
    {{ business_date('completed_at', 'timezone') }} as completed_on,
    canceled_at,
    {{ business_date('canceled_at', 'timezone') }} as canceled_on,
    -- The total of a job is that of its lines; tax comes with the invoice.
    total_amount,
    total_amount as subtotal_amount,
    -- There is no flag: work that ended with nothing to pay was done without charge.
    case when job_status = 'completed' then total_amount = 0 end as is_no_charge,
    cast(null as varchar) as recall_of_job_key,
    cast(null as varchar) as warranty_of_job_key,
    {{ entity_key('platform', 'account_id', 'job.quote.id') }} as origin_estimate_key,
    cast(null as varchar) as membership_key,
    {{ entity_key('platform', 'account_id', 'technician_native_id') }} as technician_key,
    cast(null as varchar) as sold_by_technician_key,
    {{ json_object({
        'title': 'job.title',
        'job_type': 'job.jobType',
        'closed_at': 'job.completedAt',
        'visits': 'visit_count',
        'custom_fields': 'job.customFields'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from jobs
