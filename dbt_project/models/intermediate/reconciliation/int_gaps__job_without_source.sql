-- A job that carries neither campaign nor source cannot be credited. A recall or warranty visit is not new business and
-- needs none. At risk is what no channel is credited with: revenue, so before tax where the platform tells.
select
    'job' as entity,
    job_key as entity_key,
    platform,
    account_id,
    native_id,
    native_url,
    job_key,
    'a campaign or source' as expected,
    'none' as actual,
    coalesce(subtotal_amount, total_amount) as difference_amount,
    coalesce(subtotal_amount, total_amount, 0) as dollars_at_risk,
    booked_on as occurred_on
from {{ ref('int_jobs__unioned') }}
where not is_deleted
  and campaign_key is null
  and source_name is null
  and recall_of_job_key is null
  and warranty_of_job_key is null
