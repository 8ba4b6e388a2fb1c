with jobs as (
    select jobs.*, conversions.lead_native_id
    from {{ ref('base_workiz__jobs') }} as jobs
    left join {{ ref('base_workiz__conversions') }} as conversions
        on conversions.account_id = jobs.account_id and conversions.job_native_id = jobs.native_id
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as job_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    booked_at as created_at,
    -- Moves with the status alone: a changed price or payment leaves no time.
    status_changed_at as updated_at,
    removed_at is not null as is_deleted,
    job.SerialId as job_number,
    {{ entity_key('platform', 'account_id', 'client_native_id') }} as customer_key,
    {{ entity_key('platform', 'account_id', 'location_native_id') }} as location_key,
    {{ entity_key('platform', 'account_id', 'job_type_name') }} as job_type_key,
    job_type_name,
    cast(null as varchar) as business_unit_name,
    -- No field has the trade; offices name it in the job type or in a tag.
    coalesce({{ trade_named('job_type_name') }}, {{ trade_named("array_to_string(job.Tags, ' ')") }}) as trade,
    {{ entity_key('platform', 'account_id', 'source_name') }} as campaign_key,
    source_name,
    {{ entity_key('platform', 'account_id', 'lead_native_id') }} as lead_key,
    cast(null as varchar) as call_key,
    -- A job nobody has put on the calendar waits for it.
    case when status = 'scheduled' and scheduled_start_at is null then 'unscheduled' else status end as job_status,
    job.Status as vendor_status,
    booked_at,
    {{ business_date('booked_at', 'timezone') }} as booked_on,
    scheduled_start_at,
    scheduled_end_at,
    case when status = 'in_progress' then status_changed_at end as started_at,
    completed_at,
    {{ business_date('completed_at', 'timezone') }} as completed_on,
    canceled_at,
    {{ business_date('canceled_at', 'timezone') }} as canceled_on,
    total_amount,
    subtotal_amount,
    -- There is no flag: work that ended with nothing to pay was done without charge.
    case when status = 'completed' then total_amount = 0 end as is_no_charge,
    cast(null as varchar) as recall_of_job_key,
    cast(null as varchar) as warranty_of_job_key,
    cast(null as varchar) as origin_estimate_key,
    cast(null as varchar) as membership_key,
    {{ entity_key('platform', 'account_id', 'technician_native_id') }} as technician_key,
    cast(null as varchar) as sold_by_technician_key,
    {{ json_object({
        'sub_status': 'job.SubStatus',
        'notes': 'job.JobNotes',
        'tags': 'job.Tags',
        'referral_company': 'job.ReferralCompany',
        'service_area': 'job.ServiceArea',
        'timezone': 'job.Timezone',
        'awaits_approval': 'awaits_approval'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from jobs
