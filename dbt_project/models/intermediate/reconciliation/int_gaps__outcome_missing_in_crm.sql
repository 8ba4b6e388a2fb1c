-- The work is done and paid for, and the CRM still takes the request for open or lost: its reports, its follow-ups and what it
-- tells the ad platforms are wrong by this job.
select
    'lead' as entity,
    compared.lead_key as entity_key,
    compared.platform,
    compared.account_id,
    compared.native_id,
    compared.native_url,
    compared.job_key,
    'won' as expected,
    compared.outcome as actual,
    compared.job_amount as difference_amount,
    compared.job_amount as dollars_at_risk,
    compared.occurred_on
from {{ ref('int_leads__outcomes_compared') }} as compared
cross join {{ ref('int_data__as_of') }} as data
where compared.is_completed
  and compared.job_amount > 0
  and compared.outcome <> 'won'
  and compared.completed_at
      < data.as_of_at - {{ setting('tolerances.outcome_hours', 'integer') }} * interval '1 hour'
