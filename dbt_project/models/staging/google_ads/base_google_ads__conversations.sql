-- Calls and messages of Local Services leads; the lead is named as customers/<customer>/localServicesLeads/<id>.
with parsed as (
    select
        *,
        'google_ads' as platform,
        {{ json_fields('payload', {'localServicesLeadConversation': text_fields(
            ['lead', 'conversationChannel', 'participantType', 'eventDateTime'],
            {'phoneCallDetails': text_fields(['callDurationMillis'])}
        )}) }} as row_read
    from {{ source('google_ads', 'local_services_lead_conversations') }}
)

select
    parsed.platform,
    parsed.account_id,
    parsed.native_id,
    row_read.localServicesLeadConversation as conversation,
    split_part(row_read.localServicesLeadConversation.lead, '/', 4) as lead_native_id,
    row_read.localServicesLeadConversation.conversationChannel = 'PHONE_CALL' as is_call,
    {{ utc_from_local('row_read.localServicesLeadConversation.eventDateTime', 'customers.timezone') }} as started_at,
    customers.timezone,
    parsed.removed_at,
    parsed.changed_at
from parsed
left join {{ ref('base_google_ads__customers') }} as customers on customers.account_id = parsed.account_id
