with leads as (
    select
        *,
        {{ json_fields('payload', text_fields([
            'status', 'customerId', 'campaignId', 'createdOn', 'modifiedOn', 'callId', 'bookingId', 'captureSource',
            'leadCustomerName', 'leadPhone', 'leadEmail', 'leadStreet', 'leadUnit', 'leadCity', 'leadState', 'leadZip',
            'businessUnitId', 'dismissingReasonId', 'callReasonId', 'followUpDate', 'summary', 'active'
        ])) }} as lead
    from {{ source('servicetitan', 'leads') }}
),

bookings as (
    select
        *,
        {{ json_fields('payload', text_fields(
            ['source', 'createdOn', 'modifiedOn', 'name', 'summary', 'start', 'campaignId', 'businessUnitId', 'status',
             'dismissingReasonId', 'jobId', 'externalId', 'isFirstTimeClient', 'active'],
            {'address': text_fields(['street', 'unit', 'city', 'state', 'zip'])}
        )) }} as booking
    from {{ source('servicetitan', 'bookings') }}
),

jobs as (
    select
        account_id,
        native_id,
        {{ json_fields('payload', text_fields(['leadCallId', 'bookingId', 'customerId', 'createdOn'])) }} as job
    from {{ source('servicetitan', 'jobs') }}
),

-- A lead does not name its job: the job names the call or the booking that both came from. The earliest job is the one
-- that the lead brought; a later job from the same call is a follow-up.
jobs_by_call as (
    select account_id, job.leadCallId as call_id, min_by(native_id, job.createdOn) as job_id
    from jobs
    where job.leadCallId is not null
    group by account_id, job.leadCallId
),

jobs_by_booking as (
    select
        account_id,
        job.bookingId as booking_id,
        min_by(native_id, job.createdOn) as job_id,
        min_by(job.customerId, job.createdOn) as customer_id,
        min(job.createdOn) as booked_at
    from jobs
    where job.bookingId is not null
    group by account_id, job.bookingId
),

business_units as (
    select
        account_id,
        native_id,
        {{ json_fields('payload', text_fields([], {'trade': text_fields(['name'])})) }} as business_unit
    from {{ source('servicetitan', 'business_units') }}
),

-- Ids of all kinds of rows come from one sequence of the tenant, so a lead and a booking never share one.
combined as (
    select
        leads.account_id,
        leads.native_id,
        case
            when lead.callId is not null then 'call'
            when lead.bookingId is not null then 'booking'
            when lower(lead.captureSource) like '%chat%' then 'chat'
            when lead.captureSource is not null then 'form'
            else 'manual'
        end as lead_kind,
        lead.status as vendor_lead_status,
        {{ canonical_value('servicetitan', 'lead.status', 'lead.status') }} as lead_status,
        lead.leadCustomerName as full_name,
        lead.leadPhone as phone,
        lead.leadEmail as email,
        lead.leadStreet as street,
        lead.leadUnit as unit,
        lead.leadCity as city,
        lead.leadState as state,
        lead.leadZip as postal_code,
        lead.customerId as customer_native_id,
        coalesce(jobs_by_call.job_id, jobs_by_booking.job_id) as job_native_id,
        lead.callId as call_native_id,
        lead.campaignId as campaign_native_id,
        lead.captureSource as source_name,
        lead.businessUnitId as business_unit_id,
        lead.createdOn,
        lead.modifiedOn,
        -- The API tells no time of conversion; the last change of a converted lead is the nearest there is.
        case when lead.status = 'Converted' then lead.modifiedOn end as booked_on_text,
        lead.active,
        {{ json_object({
            'record': "'lead'",
            'summary': 'lead.summary',
            'follow_up_at': 'lead.followUpDate',
            'booking_native_id': 'lead.bookingId',
            'dismissing_reason_native_id': 'lead.dismissingReasonId',
            'call_reason_native_id': 'lead.callReasonId'
        }) }} as vendor_attributes,
        leads.removed_at,
        leads.changed_at
    from leads
    left join jobs_by_call
        on jobs_by_call.account_id = leads.account_id and jobs_by_call.call_id = lead.callId
    left join jobs_by_booking
        on jobs_by_booking.account_id = leads.account_id and jobs_by_booking.booking_id = lead.bookingId

    union all

    select
        bookings.account_id,
        bookings.native_id,
        'booking',
        booking.status,
        {{ canonical_value('servicetitan', 'booking.status', 'booking.status') }},
        booking.name,
        -- Phone and e-mail of a booking exist only at bookings/{id}/contacts, one request per booking, which is not read:
        -- a converted booking is known by its job's customer, an open one by name and address alone.
        null,
        null,
        booking.address.street,
        booking.address.unit,
        booking.address.city,
        booking.address.state,
        booking.address.zip,
        jobs_by_booking.customer_id,
        -- Both sides name the other; the job's word is preferred, the booking's fills in.
        coalesce(jobs_by_booking.job_id, booking.jobId),
        null,
        booking.campaignId,
        booking.source,
        booking.businessUnitId,
        booking.createdOn,
        booking.modifiedOn,
        coalesce(jobs_by_booking.booked_at, case when booking.status = 'Converted' then booking.modifiedOn end),
        booking.active,
        {{ json_object({
            'record': "'booking'",
            'summary': 'booking.summary',
            'requested_start_at': 'booking.start',
            'external_id': 'booking.externalId',
            'is_first_time_client': 'cast(booking.isFirstTimeClient as boolean)',
            'dismissing_reason_native_id': 'booking.dismissingReasonId'
        }) }},
        bookings.removed_at,
        bookings.changed_at
    from bookings
    left join jobs_by_booking
        on jobs_by_booking.account_id = bookings.account_id and jobs_by_booking.booking_id = bookings.native_id
),

timed as (
    select
        *,
        'servicetitan' as platform,
        {{ utc_timestamp('createdOn') }} as occurred_at
    from combined
)

select
    {{ entity_key('timed.platform', 'timed.account_id', 'timed.native_id') }} as lead_key,
    timed.platform,
    timed.account_id,
    timed.native_id,
    cast(null as varchar) as native_url,
    timed.occurred_at as created_at,
    {{ utc_timestamp('timed.modifiedOn') }} as updated_at,
    timed.removed_at is not null or not coalesce(cast(timed.active as boolean), true) as is_deleted,
    timed.lead_kind,
    timed.lead_status,
    timed.vendor_lead_status,
    timed.full_name,
    cast(null as varchar) as first_name,
    cast(null as varchar) as last_name,
    cast(null as varchar) as company_name,
    timed.phone,
    timed.email,
    timed.street,
    timed.unit,
    timed.city,
    timed.state,
    timed.postal_code,
    {{ entity_key('timed.platform', 'timed.account_id', 'timed.customer_native_id') }} as customer_key,
    timed.job_native_id,
    {{ entity_key('timed.platform', 'timed.account_id', 'timed.call_native_id') }} as call_key,
    {{ entity_key('timed.platform', 'timed.account_id', "nullif(timed.campaign_native_id, '0')") }} as campaign_key,
    timed.source_name,
    cast(null as varchar) as utm_source,
    cast(null as varchar) as utm_medium,
    cast(null as varchar) as utm_campaign,
    cast(null as varchar) as gclid,
    cast(null as varchar) as gbraid,
    cast(null as varchar) as wbraid,
    cast(null as varchar) as msclkid,
    cast(null as varchar) as fbclid,
    cast(null as varchar) as landing_page_url,
    cast(null as varchar) as referrer_url,
    cast(null as varchar) as brand_key,
    {{ trade_named('business_units.business_unit.trade.name') }} as trade,
    timed.occurred_at,
    {{ business_date('timed.occurred_at', 'accounts.timezone') }} as occurred_on,
    {{ utc_timestamp('timed.booked_on_text') }} as booked_at,
    coalesce(timed.lead_status = 'booked' or timed.job_native_id is not null, false) as is_booked,
    false as is_excluded,
    timed.vendor_attributes,
    timed.changed_at as _loaded_at
from timed
left join business_units
    on business_units.account_id = timed.account_id and business_units.native_id = timed.business_unit_id
left join {{ ref('stg_operator__accounts') }} as accounts
    on accounts.platform = timed.platform and accounts.account_id = timed.account_id
