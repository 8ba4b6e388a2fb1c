select
    calls.call_key,
    calls.platform,
    calls.account_id,
    calls.native_id,
    calls.native_url,
    calls.brand_key,
    calls.household_key,
    calls.person_key,
    calls.direction,
    calls.started_at,
    calls.started_on,
    calls.duration_seconds,
    calls.call_outcome,
    calls.is_answered,
    calls.call_outcome = 'booked' or calls.job_key is not null as is_booked,
    grouped.lead_key,
    calls.job_key,
    calls.campaign_key,
    campaigns.channel,
    campaigns.campaign_name,
    calls.agent_name,
    calls.duplicate_of_call_key,
    calls.duplicate_of_call_key is not null as is_duplicate,
    calls._loaded_at
from {{ ref('int_calls__enriched') }} as calls
left join {{ ref('int_lead_records__grouped') }} as grouped on grouped.record_key = 'call-' || calls.call_key
left join {{ ref('int_campaigns__mapped') }} as campaigns on campaigns.campaign_key = calls.campaign_key
