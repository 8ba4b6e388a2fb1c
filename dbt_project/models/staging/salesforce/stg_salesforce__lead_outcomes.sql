-- The fate of a request is that of its opportunity, or of the lead while there is none. The history of stages tells when it was
-- booked; when somebody first answered, nothing tells.
with leads as (
    select * from {{ ref('stg_salesforce__leads') }}
)

select
    leads.lead_key,
    leads.platform,
    leads.account_id,
    leads.native_id,
    leads.native_url,
    leads.created_at,
    leads.updated_at,
    leads.is_deleted,
    case
        when opportunities.is_won then 'won'
        when leads.lead_status = 'lost' then 'lost'
        when leads.lead_status is not null then 'open'
    end as outcome,
    leads.vendor_opportunity_amount as outcome_amount,
    cast(null as timestamp) as contacted_at,
    false as has_stage_history,
    leads.booked_at,
    cast(null as varchar) as vendor_attributes,
    leads._loaded_at
from leads
left join {{ ref('base_salesforce__opportunities') }} as opportunities
    on opportunities.account_id = leads.account_id
    and opportunities.native_id = leads.vendor_opportunity_id
