-- Each CRM record of a request beside the job that it became: what the CRM was told, and what dispatch knows.
select
    outcomes.lead_key,
    outcomes.platform,
    outcomes.account_id,
    outcomes.native_id,
    outcomes.native_url,
    records.brand_key,
    leads.trade as crm_trade,
    coalesce(leads.occurred_on, cast(outcomes.created_at as date)) as occurred_on,
    outcomes.outcome,
    outcomes.outcome_amount,
    outcomes.booked_at as crm_booked_at,
    jobs.job_key,
    jobs.trade as job_trade,
    jobs.booked_at as job_booked_at,
    jobs.completed_at,
    jobs.is_completed,
    jobs.is_canceled,
    coalesce(jobs.subtotal_amount, jobs.total_amount) as job_amount,
    jobs.total_amount as job_total_amount
from {{ ref('int_lead_outcomes__unioned') }} as outcomes
inner join {{ ref('int_leads__unioned') }} as leads on leads.lead_key = outcomes.lead_key
inner join {{ ref('int_lead_records__unioned') }} as records
    on records.record_key = outcomes.lead_key
    and records.record_entity = 'lead'
inner join {{ ref('int_jobs__enriched') }} as jobs on jobs.job_key = records.job_key
where not outcomes.is_deleted
