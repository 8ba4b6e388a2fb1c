with jobs as (
    select
        *,
        'servicetitan' as platform,
        {{ json_fields('payload', text_fields([
            'jobNumber', 'customerId', 'locationId', 'jobStatus', 'completedOn', 'businessUnitId', 'jobTypeId',
            'campaignId', 'firstAppointmentId', 'recallForId', 'warrantyId', 'noCharge', 'createdOn', 'modifiedOn',
            'leadCallId', 'bookingId', 'soldById', 'membershipId', 'total', 'createdFromEstimateId', 'invoiceId',
            'projectId', 'priority', 'customerPo', 'active'
        ])) }} as job
    from {{ source('servicetitan', 'jobs') }}
),

-- The export leaves these links out of nearly every job that has them; the list does not.
recalls as (
    select account_id, native_id, {{ json_fields('payload', text_fields(['recallForId', 'warrantyId'])) }} as recall
    from {{ source('servicetitan', 'job_recalls') }}
),

job_types as (
    select account_id, native_id, {{ json_fields('payload', text_fields(['name'])) }} as job_type
    from {{ source('servicetitan', 'job_types') }}
),

business_units as (
    select
        account_id,
        native_id,
        {{ json_fields('payload', text_fields(['name'], {'trade': text_fields(['name'])})) }} as business_unit
    from {{ source('servicetitan', 'business_units') }}
),

first_appointments as (
    select account_id, native_id, {{ json_fields('payload', text_fields(['start', 'end'])) }} as appointment
    from {{ source('servicetitan', 'appointments') }}
),

assignments as (
    select
        account_id,
        native_id,
        {{ json_fields('payload', text_fields(['appointmentId', 'technicianId', 'assignedOn', 'active'])) }}
            as assignment
    from {{ source('servicetitan', 'appointment_assignments') }}
    where removed_at is null
),

first_technicians as (
    select
        account_id,
        assignment.appointmentId as appointment_id,
        min_by(assignment.technicianId, assignment.assignedOn || '|' || native_id) as technician_id
    from assignments
    where coalesce(cast(assignment.active as boolean), true)
    group by account_id, assignment.appointmentId
),

cancellations as (
    select account_id, {{ json_fields('payload', text_fields(['jobId', 'reasonId', 'createdOn'])) }} as cancellation
    from {{ source('servicetitan', 'job_canceled_logs') }}
),

-- A job can be canceled, taken up again and canceled again: the last time is the one that holds.
last_cancellations as (
    select
        account_id,
        cancellation.jobId as job_id,
        max(cancellation.createdOn) as canceled_on,
        max_by(cancellation.reasonId, cancellation.createdOn) as reason_id
    from cancellations
    group by account_id, cancellation.jobId
),

cancel_reasons as (
    select account_id, native_id, {{ json_fields('payload', text_fields(['name'])) }} as reason
    from {{ source('servicetitan', 'job_cancel_reasons') }}
),

leads as (
    select account_id, native_id, {{ json_fields('payload', text_fields(['callId', 'createdOn'])) }} as lead
    from {{ source('servicetitan', 'leads') }}
),

leads_by_call as (
    select account_id, lead.callId as call_id, min_by(native_id, lead.createdOn) as lead_id
    from leads
    where lead.callId is not null
    group by account_id, lead.callId
),

resolved as (
    select
        jobs.*,
        {{ canonical_value('servicetitan', 'job.jobStatus', 'job.jobStatus') }} as job_status,
        job_types.job_type.name as job_type_name,
        business_units.business_unit.name as business_unit_name,
        business_units.business_unit.trade.name as vendor_trade,
        {{ utc_timestamp('job.createdOn') }} as booked_at,
        case when job.jobStatus = 'Completed' then {{ utc_timestamp('job.completedOn') }} end as completed_at,
        case when job.jobStatus = 'Canceled' then {{ utc_timestamp('last_cancellations.canceled_on') }} end
            as canceled_at,
        {{ utc_timestamp('first_appointments.appointment.start') }} as scheduled_start_at,
        {{ utc_timestamp('first_appointments.appointment."end"') }} as scheduled_end_at,
        first_technicians.technician_id,
        coalesce(job.bookingId, leads_by_call.lead_id) as lead_native_id,
        cancel_reasons.reason.name as cancel_reason,
        coalesce(recalls.recall.recallForId, job.recallForId) as recalled_job_id,
        coalesce(recalls.recall.warrantyId, job.warrantyId) as warranted_job_id,
        accounts.timezone
    from jobs
    left join recalls
        on recalls.account_id = jobs.account_id and recalls.native_id = jobs.native_id
    left join job_types
        on job_types.account_id = jobs.account_id and job_types.native_id = job.jobTypeId
    left join business_units
        on business_units.account_id = jobs.account_id and business_units.native_id = job.businessUnitId
    left join first_appointments
        on first_appointments.account_id = jobs.account_id and first_appointments.native_id = job.firstAppointmentId
    left join first_technicians
        on first_technicians.account_id = jobs.account_id and first_technicians.appointment_id = job.firstAppointmentId
    left join last_cancellations
        on last_cancellations.account_id = jobs.account_id and last_cancellations.job_id = jobs.native_id
    left join cancel_reasons
        on cancel_reasons.account_id = jobs.account_id and cancel_reasons.native_id = last_cancellations.reason_id
    left join leads_by_call
        on leads_by_call.account_id = jobs.account_id and leads_by_call.call_id = job.leadCallId
    left join {{ ref('stg_operator__accounts') }} as accounts
        on accounts.platform = jobs.platform and accounts.account_id = jobs.account_id
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as job_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    booked_at as created_at,
    {{ utc_timestamp('job.modifiedOn') }} as updated_at,
    removed_at is not null or not coalesce(cast(job.active as boolean), true) as is_deleted,
    job.jobNumber as job_number,
    {{ entity_key('platform', 'account_id', 'job.customerId') }} as customer_key,
    {{ entity_key('platform', 'account_id', 'job.locationId') }} as location_key,
    {{ entity_key('platform', 'account_id', 'job.jobTypeId') }} as job_type_key,
    job_type_name,
    business_unit_name,
    {{ trade_named('vendor_trade') }} as trade,
    -- campaignId is 0, not null, on a job without a campaign.
    {{ entity_key('platform', 'account_id', "nullif(job.campaignId, '0')") }} as campaign_key,
    cast(null as varchar) as source_name,
    {{ entity_key('platform', 'account_id', 'lead_native_id') }} as lead_key,
    {{ entity_key('platform', 'account_id', 'job.leadCallId') }} as call_key,
    job_status,
    job.jobStatus as vendor_job_status,
    booked_at,
    {{ business_date('booked_at', 'timezone') }} as booked_on,
    scheduled_start_at,
    scheduled_end_at,
    cast(null as timestamp) as started_at,
    completed_at,
    {{ business_date('completed_at', 'timezone') }} as completed_on,
    canceled_at,
    {{ business_date('canceled_at', 'timezone') }} as canceled_on,
    cast(job.total as decimal(18, 2)) as total_amount,
    cast(null as decimal(18, 2)) as subtotal_amount,
    cast(job.noCharge as boolean) as is_no_charge,
    {{ entity_key('platform', 'account_id', 'recalled_job_id') }} as recall_of_job_key,
    {{ entity_key('platform', 'account_id', 'warranted_job_id') }} as warranty_of_job_key,
    {{ entity_key('platform', 'account_id', 'job.createdFromEstimateId') }} as origin_estimate_key,
    {{ entity_key('platform', 'account_id', "nullif(job.membershipId, '0')") }} as membership_key,
    {{ entity_key('platform', 'account_id', 'technician_id') }} as technician_key,
    {{ entity_key('platform', 'account_id', 'job.soldById') }} as sold_by_technician_key,
    {{ json_object({
        'priority': 'job.priority',
        'customer_po': 'job.customerPo',
        'project_native_id': 'job.projectId',
        'primary_invoice_native_id': "nullif(job.invoiceId, '0')",
        'cancel_reason': 'cancel_reason'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from resolved
