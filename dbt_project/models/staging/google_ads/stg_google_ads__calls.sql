-- Calls of Local Services leads. The number dialled is not told; the caller's stands on the lead.
select
    {{ entity_key('calls.platform', 'calls.account_id', 'calls.native_id') }} as call_key,
    calls.platform,
    calls.account_id,
    calls.native_id,
    cast(null as varchar) as native_url,
    calls.started_at as created_at,
    cast(null as timestamp) as updated_at,
    calls.removed_at is not null as is_deleted,
    {{ canonical_value('google_ads', 'conversation.participant_type', 'calls.conversation.participantType') }}
        as direction,
    calls.conversation.participantType as vendor_participant_type,
    case when calls.conversation.participantType = 'CONSUMER' then leads.phone end as from_phone,
    case when calls.conversation.participantType = 'ADVERTISER' then leads.phone end as to_phone,
    calls.started_at,
    {{ business_date('calls.started_at', 'calls.timezone') }} as started_on,
    cast(round(cast(coalesce(calls.conversation.phoneCallDetails.callDurationMillis, '0') as decimal(18, 0)) / 1000)
        as integer) as duration_seconds,
    'unclassified' as call_outcome,
    cast(null as boolean) as is_answered,
    cast(null as varchar) as customer_key,
    {{ entity_key('calls.platform', 'calls.account_id', 'leads.native_id') }} as lead_key,
    cast(null as varchar) as job_key,
    {{ entity_key('calls.platform', 'calls.account_id', 'leads.campaign_native_id') }} as campaign_key,
    cast(null as varchar) as agent_name,
    cast(null as varchar) as brand_key,
    cast(null as varchar) as forwarded_phone,
    cast(null as varchar) as telephony_id,
    {{ canonical_value('google_ads', 'campaign.advertising_channel_type', "'local_services'") }} as source_name,
    campaigns.campaign_name,
    {%- for name in [
        'stated_source', 'utm_source', 'utm_medium', 'utm_campaign', 'gclid', 'msclkid', 'fbclid', 'landing_page_url',
        'referrer_url'
    ] %}
    cast(null as varchar) as {{ name }},
    {%- endfor %}
    leads.consumer_name as caller_name,
    cast(null as varchar) as caller_email,
    {{ json_object({'lead_native_id': 'calls.lead_native_id'}) }} as vendor_attributes,
    calls.changed_at as _loaded_at
from {{ ref('base_google_ads__conversations') }} as calls
left join {{ ref('base_google_ads__leads') }} as leads
    on leads.account_id = calls.account_id and leads.native_id = calls.lead_native_id
left join {{ ref('base_google_ads__campaigns') }} as campaigns
    on campaigns.account_id = leads.account_id and campaigns.native_id = leads.campaign_native_id
where calls.is_call
