-- Whoever took the call says that it was booked, and dispatch knows no job of it. A request that somebody also wrote down
-- as a lead is judged by lead_booked_without_job.
select
    'call' as entity,
    leads.lead_key as entity_key,
    leads.platform,
    leads.account_id,
    leads.native_id,
    leads.native_url,
    cast(null as varchar) as job_key,
    'a job in dispatch' as expected,
    'none' as actual,
    cast(null as decimal(18, 2)) as difference_amount,
    coalesce(tickets.average_ticket_amount, 0) as dollars_at_risk,
    leads.lead_on as occurred_on
from {{ ref('int_leads__deduplicated') }} as leads
cross join {{ ref('int_data__as_of') }} as data
left join {{ ref('int_tickets__averaged') }} as tickets
    on tickets.brand_key = leads.brand_key
    and tickets.trade is not distinct from leads.trade
where leads.is_booked
  and not leads.is_excluded
  and not leads.has_lead_record
  and leads.job_key is null
  and coalesce(leads.booked_at, leads.lead_at)
      < data.as_of_at - {{ setting('tolerances.booked_without_job_hours', 'integer') }} * interval '1 hour'
