-- Links that the vendors themselves state. They come before any comparison of names and numbers.
with records as (
    select record_key, entity, platform, account_id from {{ ref('int_identities__records') }}
),

jobs as (
    select job_key, native_id, account_id, customer_key, lead_key, call_key
    from {{ ref('int_jobs__unioned') }}
    where customer_key is not null
),

-- A CRM stores the dispatch job's id without the system it belongs to, and two accounts may use the same
-- number. The brand of the lead narrows it down; if more than one job is left, the id says nothing.
crm_job_candidates as (
    select
        leads.lead_key,
        jobs.customer_key,
        jobs.native_id,
        count(*) over (partition by leads.lead_key) as job_count
    from {{ ref('int_leads__unioned') }} as leads
    inner join jobs on jobs.native_id = leads.job_native_id
    left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = jobs.account_id
    where leads.brand_key is null or accounts.brand_key is null or accounts.brand_key = leads.brand_key
),

links as (
    select customer_key as left_key, merged_into_customer_key as right_key, 'vendor_merge' as rule, 1.0 as weight,
        'the vendor merged the one record into the other' as evidence
    from {{ ref('int_customers__unioned') }}
    union all
    select lead_key, customer_key, 'lead_names_customer', 0.99, 'the lead carries the customer id'
    from {{ ref('int_leads__unioned') }}
    union all
    select lead_key, customer_key, 'job_names_lead', 0.99, 'a job of the customer carries the lead id'
    from jobs
    union all
    select lead_key, customer_key, 'crm_stores_job', 0.98, 'the lead carries the id of job ' || native_id
    from crm_job_candidates
    where job_count = 1
    union all
    select lead_key, customer_key, 'call_names_both', 0.97, 'one call names lead and customer'
    from {{ ref('int_calls__unioned') }}
    union all
    select leads.lead_key, calls.customer_key, 'call_names_both', 0.97, 'the call of the lead names the customer'
    from {{ ref('int_leads__unioned') }} as leads
    inner join {{ ref('int_calls__unioned') }} as calls on calls.call_key = leads.call_key
    union all
    select leads.lead_key, jobs.customer_key, 'call_made_job', 0.97, 'the call of the lead produced a job of the customer'
    from {{ ref('int_leads__unioned') }} as leads
    inner join jobs on jobs.call_key = leads.call_key
)

select
    links.left_key,
    links.right_key,
    max(links.weight) as weight,
    max_by(links.rule, (links.weight, links.rule)) as rule,
    max_by(links.evidence, (links.weight, links.rule)) as evidence
from links
inner join records as left_records on left_records.record_key = links.left_key
inner join records as right_records on right_records.record_key = links.right_key
where links.left_key <> links.right_key
group by links.left_key, links.right_key
