-- A request that nothing explains: no click id, no tracking number, no UTM, no campaign, no word of the customer, in any
-- of the systems that recorded it. A call that nobody recorded as a lead is another gap.
select
    'lead' as entity,
    leads.lead_key as entity_key,
    leads.platform,
    leads.account_id,
    leads.native_id,
    leads.native_url,
    leads.job_key,
    'a source' as expected,
    'none' as actual,
    cast(null as decimal(18, 2)) as difference_amount,
    coalesce(tickets.average_ticket_amount, 0) as dollars_at_risk,
    leads.lead_on as occurred_on
from {{ ref('int_leads__deduplicated') }} as leads
left join {{ ref('int_touches__resolved') }} as touches on touches.touch_key = leads.lead_key
left join {{ ref('int_tickets__averaged') }} as tickets
    on tickets.brand_key = leads.brand_key
    and tickets.trade = leads.trade
where not leads.is_excluded
  and leads.has_lead_record
  and coalesce(touches.method, 'unknown') = 'unknown'
