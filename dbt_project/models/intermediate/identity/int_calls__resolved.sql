-- The household of each call: what the system links first, then the other party's number. A number that
-- several households have had belongs, at the time of the call, to the one that was last seen with it before;
-- a hub number to no one.
with members as (
    select record_key, household_key, person_key from {{ ref('int_identities__registered') }} where valid_to is null
),

calls as (
    select
        calls.call_key,
        calls.customer_key,
        calls.lead_key,
        jobs.customer_key as job_customer_key,
        calls.started_at,
        phones.phone
    from {{ ref('int_calls__unioned') }} as calls
    left join {{ ref('int_jobs__unioned') }} as jobs on jobs.job_key = calls.job_key
    left join {{ ref('int_phone_values__parsed') }} as phones
        on phones.contact_value = trim(case calls.direction when 'outbound' then calls.to_phone else calls.from_phone end)
),

stated as (
    select call_key, customer_key as record_key, 1 as rank, 'the call names the customer' as rule from calls
    union all
    select call_key, lead_key, 2, 'the call names the lead' from calls
    union all
    select leads.call_key, leads.lead_key, 2, 'a lead names the call' from {{ ref('int_leads__unioned') }} as leads
    union all
    select call_key, job_customer_key, 3, 'the job of the call names the customer' from calls
    union all
    select jobs.call_key, jobs.customer_key, 3, 'a job names the call' from {{ ref('int_jobs__unioned') }} as jobs
),

stated_members as (
    select stated.call_key, members.household_key, members.person_key, stated.rank, stated.rule, null as seen_at
    from stated
    inner join members on members.record_key = stated.record_key
    where stated.call_key is not null
),

phone_owners as (
    select
        points.normalized_value as phone,
        members.household_key,
        members.person_key,
        min(records.first_active_at) as seen_at
    from {{ ref('int_contact_points__normalized') }} as points
    inner join members on members.record_key = points.owner_key
    inner join {{ ref('int_identities__records') }} as records on records.record_key = points.owner_key
    where points.is_evidence and points.contact_kind = 'phone'
    group by points.normalized_value, members.household_key, members.person_key
),

phone_members as (
    select
        calls.call_key,
        phone_owners.household_key,
        phone_owners.person_key,
        case when phone_owners.seen_at <= calls.started_at then 4 else 5 end as rank,
        'the number belongs to the household' as rule,
        phone_owners.seen_at
    from calls
    inner join phone_owners on phone_owners.phone = calls.phone
),

candidates as (
    select * from stated_members
    union all
    select * from phone_members
),

chosen as (
    select call_key, household_key, person_key, rule
    from candidates
    qualify row_number() over (
        partition by call_key
        -- Of earlier owners the latest; of those first seen after the call the earliest.
        order by rank, case when rank = 4 then seen_at end desc nulls last, seen_at, household_key, person_key
    ) = 1
)

select
    calls.call_key,
    chosen.household_key,
    chosen.person_key,
    coalesce(chosen.rule, 'unknown caller') as rule
from calls
left join chosen on chosen.call_key = calls.call_key
