-- Forms and conversations by text message, each a request, in one shape. The visit is that of the milestone
-- lead_created: the plain fields describe the first touch, which may be another visit.
with forms as (
    select
        *,
        {{ json_fields('payload', text_fields(
            ['id', 'company_id', 'submitted_at', 'customer_name', 'customer_phone_number', 'customer_email', 'source',
             'landing_page_url', 'referrer', 'utm_source', 'utm_medium', 'utm_campaign', 'lead_status', 'value',
             'form_name', 'timeline_url', 'person_id'],
            {
                'milestones': {'lead_created': text_fields(
                    ['source', 'medium', 'campaign', 'landing', 'referrer'],
                    {'landing_page_url_params': text_fields(
                        ['utm_source', 'utm_medium', 'utm_campaign', 'gclid', 'msclkid', 'fbclid']
                    )}
                )},
                'form_data': text_fields(['street', 'address', 'city', 'state', 'zip', 'postal_code'])
            }
        )) }} as form
    from {{ source('callrail', 'form_submissions') }}
),

conversations as (
    select
        *,
        {{ json_fields('payload', text_fields(
            ['id', 'company_id', 'customer_name', 'customer_phone_number', 'last_message_at', 'initial_tracking_number',
             'state'],
            {'recent_messages': [text_fields(['created_at', 'direction'])]}
        )) }} as conversation
    from {{ source('callrail', 'text_messages') }}
),

visited as (
    select *, form.milestones.lead_created as visit, form.milestones.lead_created.landing_page_url_params as tags
    from forms
)

select
    account_id,
    native_id,
    'form' as lead_kind,
    form.company_id,
    {{ utc_timestamp('form.submitted_at') }} as occurred_at,
    nullif(form.customer_name, '') as full_name,
    nullif(form.customer_phone_number, '') as phone,
    nullif(form.customer_email, '') as email,
    coalesce(nullif(form.form_data.street, ''), nullif(form.form_data.address, '')) as street,
    nullif(form.form_data.city, '') as city,
    nullif(form.form_data.state, '') as state,
    coalesce(nullif(form.form_data.zip, ''), nullif(form.form_data.postal_code, '')) as postal_code,
    form.lead_status as vendor_lead_status,
    coalesce(tags.utm_source, visit.source, case when visit is null then form.utm_source end) as utm_source,
    coalesce(tags.utm_medium, visit.medium, case when visit is null then form.utm_medium end) as utm_medium,
    coalesce(tags.utm_campaign, visit.campaign, case when visit is null then form.utm_campaign end) as utm_campaign,
    coalesce(tags.gclid, {{ url_parameter('visit.landing', 'gclid') }}) as gclid,
    coalesce(tags.msclkid, {{ url_parameter('visit.landing', 'msclkid') }}) as msclkid,
    coalesce(tags.fbclid, {{ url_parameter('visit.landing', 'fbclid') }}) as fbclid,
    coalesce(visit.landing, form.landing_page_url) as landing_page_url,
    coalesce(visit.referrer, form.referrer) as referrer_url,
    cast(null as varchar) as tracking_phone,
    form.timeline_url as native_url,
    {{ json_object({
        'form_name': 'form.form_name', 'person_id': 'form.person_id', 'value': 'form.value', 'source': 'form.source'
    }) }} as vendor_attributes,
    removed_at,
    changed_at
from visited

union all

-- Only the newest messages of a conversation are shown, so its first one is the first that is still to be seen.
select
    account_id,
    native_id,
    'chat',
    conversation.company_id,
    coalesce(
        list_min(list_transform(
            conversation.recent_messages, lambda message: {{ utc_timestamp('message.created_at') }}
        )),
        {{ utc_timestamp('conversation.last_message_at') }}
    ),
    nullif(conversation.customer_name, ''),
    nullif(conversation.customer_phone_number, ''),
    null, null, null, null, null, null, null, null, null, null, null, null, null, null,
    conversation.initial_tracking_number,
    null,
    {{ json_object({
        'state': 'conversation.state', 'tracking_number': 'conversation.initial_tracking_number'
    }) }},
    removed_at,
    changed_at
from conversations
