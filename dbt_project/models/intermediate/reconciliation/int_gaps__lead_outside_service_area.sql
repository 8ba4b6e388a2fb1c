-- Somebody asks from where the brand does not go. Nothing can be earned there, so no revenue is at risk: what such leads
-- cost, and which campaigns and postal codes bring them, is in rpt_unserved_demand. Once there is a job, its address counts.
select
    'lead' as entity,
    leads.lead_key as entity_key,
    leads.platform,
    leads.account_id,
    leads.native_id,
    leads.native_url,
    cast(null as varchar) as job_key,
    'a postal code that ' || leads.brand_key || ' serves' as expected,
    located.postal_code as actual,
    cast(null as decimal(18, 2)) as difference_amount,
    cast(0 as decimal(18, 2)) as dollars_at_risk,
    leads.lead_on as occurred_on
from {{ ref('int_leads__deduplicated') }} as leads
inner join {{ ref('int_leads__located') }} as located on located.lead_key = leads.lead_key
where not located.is_in_service_area
  and not leads.is_excluded
  and leads.job_key is null
