-- Asked for one trade, booked as another: the job types of the two systems are mapped wrongly, or somebody chose the wrong one.
-- The wrong crew drives there, and the campaign of one trade is credited with the other's revenue.
select
    'lead' as entity,
    compared.lead_key as entity_key,
    compared.platform,
    compared.account_id,
    compared.native_id,
    compared.native_url,
    compared.job_key,
    compared.job_trade || ', as dispatch books it' as expected,
    compared.crm_trade as actual,
    cast(null as decimal(18, 2)) as difference_amount,
    valued.worth_amount as dollars_at_risk,
    compared.occurred_on
from {{ ref('int_leads__outcomes_compared') }} as compared
inner join {{ ref('int_jobs__valued') }} as valued on valued.job_key = compared.job_key
where compared.crm_trade is not null
  and compared.job_trade is not null
  and lower(trim(compared.crm_trade)) <> lower(trim(compared.job_trade))
  and not compared.is_canceled
