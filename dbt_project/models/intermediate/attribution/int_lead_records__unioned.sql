-- Everything that says "somebody asked for service": lead records of any system, and inbound calls. A call that somebody
-- classified as booked or unbooked is a lead by itself. An unclassified one of a minute or more is evidence for a lead
-- that another system recorded; alone it proves nothing (`is_proof`).
-- Keys are hashes of native ids, and a call and a lead of one account may share a native id: `record_key` of a call says so.
with members as (
    select record_key as lead_key, household_key, person_key
    from {{ ref('bridge_household_members') }}
    where entity = 'lead' and valid_to is null
),

jobs as (
    select * from {{ ref('int_jobs__enriched') }}
),

-- A system outside dispatch knows a job by its native id alone; the brand keeps two accounts apart.
lead_jobs as (
    select leads.lead_key, jobs.job_key, jobs.booked_at
    from {{ ref('int_leads__unioned') }} as leads
    left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = leads.account_id
    inner join jobs
        on jobs.native_id = leads.job_native_id
        and (
            (jobs.platform = leads.platform and jobs.account_id = leads.account_id)
            or (
                jobs.platform <> leads.platform
                and jobs.brand_key = coalesce(leads.brand_key, accounts.brand_key, jobs.brand_key)
            )
        )
    union
    select record_lead_key, job_key, booked_at from jobs where record_lead_key is not null
),

first_lead_jobs as (
    select
        lead_key,
        job_key,
        row_number() over (partition by lead_key order by booked_at, job_key) as job_rank
    from lead_jobs
),

-- Whoever names a call may name any of its records.
physical_calls as (
    select call_key, physical_call_key from {{ ref('int_calls__matched') }}
),

call_jobs as (
    select physical_calls.physical_call_key as call_key, jobs.job_key, jobs.booked_at
    from {{ ref('int_calls__enriched') }} as calls
    inner join physical_calls on physical_calls.call_key = calls.call_key
    inner join jobs on jobs.job_key = calls.job_key
    union
    select physical_calls.physical_call_key, jobs.job_key, jobs.booked_at
    from jobs
    inner join physical_calls on physical_calls.call_key = jobs.record_call_key
),

first_call_jobs as (
    select
        call_key,
        job_key,
        row_number() over (partition by call_key order by booked_at, job_key) as job_rank
    from call_jobs
)

select
    leads.lead_key as record_key,
    'lead' as record_entity,
    leads.platform,
    leads.account_id,
    leads.native_id,
    leads.native_url,
    coalesce(leads.brand_key, accounts.brand_key, jobs.brand_key) as brand_key,
    accounts.timezone,
    coalesce(members.household_key, jobs.household_key) as household_key,
    members.person_key,
    coalesce(leads.trade, jobs.trade) as trade,
    leads.lead_kind,
    leads.occurred_at,
    leads.created_at,
    jobs.job_key,
    coalesce(leads.is_booked, false) or leads.lead_status = 'booked' or jobs.job_key is not null as is_booked,
    coalesce(leads.booked_at, jobs.booked_at) as booked_at,
    coalesce(leads.is_excluded, false) as is_excluded,
    true as is_proof,
    'call-' || coalesce(physical_calls.physical_call_key, leads.call_key) as linked_record_key,
    leads.campaign_key,
    cast(null as varchar) as dialled_source_name,
    cast(null as varchar) as dialled_campaign_name,
    leads.source_name,
    leads.utm_source,
    leads.utm_medium,
    leads.utm_campaign,
    leads.gclid,
    leads.gbraid,
    leads.wbraid,
    leads.msclkid,
    leads.fbclid,
    leads.referrer_url,
    leads._loaded_at
from {{ ref('int_leads__unioned') }} as leads
left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = leads.account_id
left join first_lead_jobs on first_lead_jobs.lead_key = leads.lead_key and first_lead_jobs.job_rank = 1
left join jobs on jobs.job_key = first_lead_jobs.job_key
left join members on members.lead_key = leads.lead_key
left join physical_calls on physical_calls.call_key = leads.call_key
where not leads.is_deleted

union all

select
    'call-' || calls.call_key,
    'call',
    calls.platform,
    calls.account_id,
    calls.native_id,
    calls.native_url,
    coalesce(calls.brand_key, jobs.brand_key),
    accounts.timezone,
    coalesce(calls.household_key, jobs.household_key),
    calls.person_key,
    jobs.trade,
    'call',
    calls.started_at,
    calls.started_at,
    jobs.job_key,
    calls.call_outcome = 'booked' or jobs.job_key is not null,
    coalesce(jobs.booked_at, case when calls.call_outcome = 'booked' then calls.started_at end),
    false,
    calls.call_outcome in ('booked', 'unbooked') or jobs.job_key is not null,
    calls.record_lead_key,
    calls.campaign_key,
    calls.dialled_source_name,
    calls.dialled_campaign_name,
    calls.stated_source,
    calls.utm_source,
    calls.utm_medium,
    calls.utm_campaign,
    calls.gclid,
    cast(null as varchar),
    cast(null as varchar),
    calls.msclkid,
    calls.fbclid,
    calls.referrer_url,
    calls._loaded_at
from {{ ref('int_calls__enriched') }} as calls
left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = calls.account_id
left join first_call_jobs on first_call_jobs.call_key = calls.call_key and first_call_jobs.job_rank = 1
left join jobs on jobs.job_key = first_call_jobs.job_key
where calls.direction = 'inbound'
  and calls.duplicate_of_call_key is null
  and (
      calls.call_outcome in ('booked', 'unbooked')
      or (calls.call_outcome = 'unclassified' and calls.duration_seconds >= 60)
      or jobs.job_key is not null
  )
