-- Somebody wrote, and nobody has answered within the promised time: the CRM still has the request in its first stage, no call
-- went either way, nothing was booked. A call was answered or is judged by missed_call_not_returned.
with answers as (
    select grouped.lead_key, min(outcomes.contacted_at) as contacted_at
    from {{ ref('int_lead_outcomes__unioned') }} as outcomes
    inner join {{ ref('int_lead_records__grouped') }} as grouped on grouped.record_key = outcomes.lead_key
    where outcomes.has_stage_history and not outcomes.is_deleted
    group by grouped.lead_key
),

later_calls as (
    select leads.lead_key
    from {{ ref('int_leads__deduplicated') }} as leads
    inner join {{ ref('int_calls__enriched') }} as calls
        on calls.household_key = leads.household_key
        and calls.started_at >= leads.lead_at
    where calls.direction = 'outbound' or calls.is_answered
    group by leads.lead_key
)

select
    'lead' as entity,
    leads.lead_key as entity_key,
    leads.platform,
    leads.account_id,
    leads.native_id,
    leads.native_url,
    leads.job_key,
    'an answer' as expected,
    'none' as actual,
    cast(null as decimal(18, 2)) as difference_amount,
    coalesce(tickets.average_ticket_amount, 0) as dollars_at_risk,
    leads.lead_on as occurred_on
from {{ ref('int_leads__deduplicated') }} as leads
inner join answers on answers.lead_key = leads.lead_key
cross join {{ ref('int_data__as_of') }} as data
left join later_calls on later_calls.lead_key = leads.lead_key
left join {{ ref('int_tickets__averaged') }} as tickets
    on tickets.brand_key = leads.brand_key
    and tickets.trade is not distinct from leads.trade
where not leads.is_excluded
  and not leads.is_booked
  and leads.job_key is null
  and leads.lead_kind in ('form', 'chat', 'marketplace')
  and answers.contacted_at is null
  and later_calls.lead_key is null
  and leads.lead_at < data.as_of_at - {{ setting('tolerances.lead_answer_hours', 'integer') }} * interval '1 hour'
