-- The CRM knows that the work was done, but another amount. Both ways of counting are accepted: with tax and without.
select
    'lead' as entity,
    compared.lead_key as entity_key,
    compared.platform,
    compared.account_id,
    compared.native_id,
    compared.native_url,
    compared.job_key,
    cast(compared.job_amount as varchar) as expected,
    coalesce(cast(compared.outcome_amount as varchar), 'no amount') as actual,
    coalesce(compared.outcome_amount, 0) - compared.job_amount as difference_amount,
    abs(coalesce(compared.outcome_amount, 0) - compared.job_amount) as dollars_at_risk,
    compared.occurred_on
from {{ ref('int_leads__outcomes_compared') }} as compared
cross join {{ ref('int_data__as_of') }} as data
where compared.is_completed
  and compared.outcome = 'won'
  and abs(coalesce(compared.outcome_amount, 0) - compared.job_amount)
      > {{ setting('tolerances.outcome_amount', 'decimal(18, 2)') }}
  and abs(coalesce(compared.outcome_amount, 0) - compared.job_total_amount)
      > {{ setting('tolerances.outcome_amount', 'decimal(18, 2)') }}
  and compared.completed_at
      < data.as_of_at - {{ setting('tolerances.outcome_hours', 'integer') }} * interval '1 hour'
