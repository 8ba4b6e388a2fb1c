with leads as (
    select * from {{ ref('base_google_ads__leads') }}
),

-- The call that made a phone lead.
first_calls as (
    select account_id, lead_native_id, min_by(native_id, started_at) as call_native_id
    from {{ ref('base_google_ads__conversations') }}
    where is_call and removed_at is null and conversation.participantType = 'CONSUMER'
    group by account_id, lead_native_id
)

select
    {{ entity_key('leads.platform', 'leads.account_id', 'leads.native_id') }} as lead_key,
    leads.platform,
    leads.account_id,
    leads.native_id,
    cast(null as varchar) as native_url,
    occurred_at as created_at,
    cast(null as timestamp) as updated_at,
    leads.removed_at is not null as is_deleted,
    {{ canonical_value('google_ads', 'lead.lead_type', 'lead.leadType') }} as lead_kind,
    lead.leadType as vendor_lead_type,
    {{ canonical_value('google_ads', 'lead.lead_status', 'lead.leadStatus') }} as lead_status,
    lead.leadStatus as vendor_lead_status,
    consumer_name as full_name,
    -- "Maria T." says a given name and an initial, which must not be taken for a family name.
    nullif(regexp_extract(consumer_name, '^(.*\S)\s+\S\.?$', 1), '') as first_name,
    cast(null as varchar) as last_name,
    cast(null as varchar) as company_name,
    phone,
    cast(null as varchar) as email,
    cast(null as varchar) as street,
    cast(null as varchar) as unit,
    cast(null as varchar) as city,
    cast(null as varchar) as state,
    cast(null as varchar) as postal_code,
    cast(null as varchar) as customer_key,
    cast(null as varchar) as job_native_id,
    {{ entity_key('leads.platform', 'leads.account_id', 'first_calls.call_native_id') }} as call_key,
    {{ entity_key('leads.platform', 'leads.account_id', 'leads.campaign_native_id') }} as campaign_key,
    {{ canonical_value('google_ads', 'campaign.advertising_channel_type', "'local_services'") }} as source_name,
    {%- for name in [
        'utm_source', 'utm_medium', 'utm_campaign', 'gclid', 'gbraid', 'wbraid', 'msclkid', 'fbclid',
        'landing_page_url', 'referrer_url', 'brand_key'
    ] %}
    cast(null as varchar) as {{ name }},
    {%- endfor %}
    {{ canonical_value('google_ads', 'lead.category_id', 'lead.categoryId') }} as trade,
    occurred_at,
    {{ business_date('occurred_at', 'timezone') }} as occurred_on,
    cast(null as timestamp) as booked_at,
    coalesce(lead.leadStatus = 'BOOKED', false) as is_booked,
    -- Google gave the money back: the request was not one for this business.
    coalesce(lead.creditDetails.creditState = 'CREDITED', false) as is_excluded,
    {{ json_object({
        'lead_type': 'lead.leadType',
        'lead_status': 'lead.leadStatus',
        'category_id': 'lead.categoryId',
        'service_id': 'lead.serviceId',
        'locale': 'lead.locale',
        'is_charged': "coalesce(lead.leadCharged = 'true', false)",
        'credit_state': 'lead.creditDetails.creditState',
        'credit_state_changed_at': 'credited_at',
        'is_feedback_submitted': "coalesce(lead.leadFeedbackSubmitted = 'true', false)",
        'reached_through_phone':
            "case when nullif(lead.contactDetails.phoneNumberExtension, '') is not null"
            ~ " then lead.contactDetails.phoneNumber || ' ext. ' || lead.contactDetails.phoneNumberExtension end"
    }) }} as vendor_attributes,
    leads.changed_at as _loaded_at
from leads
left join first_calls
    on first_calls.account_id = leads.account_id and first_calls.lead_native_id = leads.native_id
