-- When somebody first spoke with each lead. A request that came by an answered call was answered at once; any other waits
-- for the first call with the household, out (whether or not picked up) or in and answered. A call more than
-- `response_days` later answers something else.
with leads as (
    select
        leads.lead_key,
        leads.household_key,
        leads.lead_at,
        leads.is_booked,
        leads.job_key,
        coalesce(brands.timezone, accounts.timezone) as timezone
    from {{ ref('int_leads__deduplicated') }} as leads
    left join {{ ref('stg_operator__brands') }} as brands on brands.brand_key = leads.brand_key
    left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = leads.account_id
),

calls as (
    select
        calls.call_key,
        grouped.lead_key,
        calls.household_key,
        calls.job_key,
        calls.direction,
        calls.started_at,
        calls.direction = 'outbound' or calls.is_answered as is_contact
    from {{ ref('int_calls__enriched') }} as calls
    left join {{ ref('int_lead_records__grouped') }} as grouped on grouped.record_key = 'call-' || calls.call_key
    where calls.duplicate_of_call_key is null
),

contacts as (
    select lead_key, started_at, direction from calls where is_contact and lead_key is not null
    union all
    select leads.lead_key, calls.started_at, calls.direction
    from leads
    inner join calls
        on calls.household_key = leads.household_key
        and calls.started_at >= leads.lead_at
        and calls.started_at <= leads.lead_at + interval '{{ var("response_days") }} days'
    where calls.is_contact
),

first_contacts as (
    select
        contacts.lead_key,
        min(contacts.started_at) as contacted_at,
        min_by(contacts.direction, contacts.started_at) as direction
    from contacts
    inner join leads on leads.lead_key = contacts.lead_key
    where contacts.started_at >= leads.lead_at
    group by contacts.lead_key
),

-- Only some systems say it, each in its own attributes; a job type may say it too.
emergencies as (
    select calls.lead_key
    from calls
    inner join {{ ref('int_calls__unioned') }} as records on records.call_key = calls.call_key
    where records.vendor_attributes like '%emergency%'
      and {{ json_text('records.vendor_attributes', '$.emergency') }} = 'true'
    union
    select leads.lead_key
    from leads
    inner join {{ ref('int_jobs__enriched') }} as jobs on jobs.job_key = leads.job_key
    where lower(jobs.job_type_name) like '%emergency%'
)

select
    leads.lead_key,
    {{ is_after_hours(local_time('leads.lead_at', 'leads.timezone'), 'hours') }} as is_after_hours,
    emergencies.lead_key is not null as is_emergency,
    first_contacts.contacted_at,
    case
        when first_contacts.contacted_at is null and leads.is_booked then 'booked_only'
        when first_contacts.contacted_at is null then 'waiting'
        when first_contacts.direction = 'outbound' then 'called_back'
        else 'answered'
    end as response_state,
    cast(epoch(first_contacts.contacted_at - leads.lead_at) as bigint) as response_seconds,
    {{ office_seconds(local_time('first_contacts.contacted_at', 'leads.timezone'), 'hours') }}
    - {{ office_seconds(local_time('leads.lead_at', 'leads.timezone'), 'hours') }} as office_response_seconds
from leads
cross join {{ ref('int_office__hours') }} as hours
left join first_contacts on first_contacts.lead_key = leads.lead_key
left join emergencies on emergencies.lead_key = leads.lead_key
