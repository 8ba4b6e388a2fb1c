-- A caller who asked for service and was told something about it: what the service took down of them.
with intakes as (
    select
        *,
        coalesce(event.booking.status = 'booked', false)
            or coalesce(event.lead_disposition in ('booked', 'estimate_booked'), false) as says_booked
    from {{ ref('base_call_events__calls') }}
    where event.lead_disposition in ('booked', 'estimate_booked', 'not_booked')
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as lead_key,
    platform,
    account_id,
    native_id,
    event.transcript_url as native_url,
    started_at as created_at,
    cast(null as timestamp) as updated_at,
    removed_at is not null as is_deleted,
    'call' as lead_kind,
    {{ canonical_value('call_events', 'lead.lead_disposition', 'event.lead_disposition') }} as lead_status,
    event.lead_disposition as vendor_lead_disposition,
    nullif(event.caller.name, '') as full_name,
    cast(null as varchar) as first_name,
    cast(null as varchar) as last_name,
    cast(null as varchar) as company_name,
    coalesce(nullif(event.caller.phone, ''), nullif(event."from", '')) as phone,
    nullif(event.caller.email, '') as email,
    nullif(event.service_address.line1, '') as street,
    nullif(event.service_address.line2, '') as unit,
    nullif(event.service_address.city, '') as city,
    nullif(event.service_address.state, '') as state,
    nullif(event.service_address.postal_code, '') as postal_code,
    cast(null as varchar) as customer_key,
    nullif(event.booking.external_job_id, '') as job_native_id,
    {{ entity_key('platform', 'account_id', 'native_id') }} as call_key,
    cast(null as varchar) as campaign_key,
    -- Where the caller came from stands on the call.
    cast(null as varchar) as source_name,
    {%- for name in ['utm_source', 'utm_medium', 'utm_campaign', 'gclid', 'gbraid', 'wbraid', 'msclkid', 'fbclid',
                     'landing_page_url', 'referrer_url'] %}
    cast(null as varchar) as {{ name }},
    {%- endfor %}
    brand_key,
    cast(null as varchar) as trade,
    started_at as occurred_at,
    {{ business_date('started_at', 'timezone') }} as occurred_on,
    case when says_booked then coalesce({{ utc_timestamp('event.ended_at') }}, started_at) end as booked_at,
    says_booked as is_booked,
    false as is_excluded,
    {{ json_object({
        'provider': 'event.provider',
        'summary': 'event.summary',
        'job_type': 'event.job_type',
        'is_new_customer': 'event.is_new_customer',
        'slot_start': 'event.booking.slot_start',
        'external_booking_id': 'event.booking.external_booking_id'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from intakes
