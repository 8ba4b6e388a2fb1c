-- The newest revision of what was told of each call; an earlier one that comes later changes nothing.
with events as (
    select
        *,
        {{ json_fields('payload', text_fields(
            ['event_id', 'event_type', 'revision', 'tenant_id', 'provider', 'call_id', 'telephony_sid', 'from', 'to',
             'tracking_number', 'forwarded_from', 'direction', 'started_at', 'ended_at', 'duration_seconds', 'answered',
             'handled_by', 'after_hours', 'emergency', 'emergency_reason', 'intent', 'lead_disposition', 'job_type',
             'is_new_customer', 'summary', 'transcript_url', 'recording_url'],
            {
                'caller': text_fields(['name', 'phone', 'email']),
                'service_address': text_fields(['line1', 'line2', 'city', 'state', 'postal_code']),
                'booking': text_fields(
                    ['status', 'slot_start', 'slot_end', 'crm', 'external_booking_id', 'external_job_id']
                ),
                'transfer': text_fields(['transferred', 'to', 'outcome']),
                'marketing': text_fields(['source', 'campaign', 'gclid', 'self_reported_source'])
            }
        )) }} as event
    from {{ source('call_events', 'events') }}
)

select
    events.account_id,
    'call_events' as platform,
    event.call_id as native_id,
    cast(coalesce(event.revision, '1') as integer) as revision,
    events.event,
    events.changed_at,
    events.removed_at,
    {{ utc_timestamp('event.started_at') }} as started_at,
    coalesce(brands.timezone, accounts.timezone) as timezone,
    brands.brand_key
from events
left join {{ ref('stg_operator__brands') }} as brands
    on lower(event.tenant_id) in (lower(brands.brand_key), lower(brands.brand_name))
left join {{ ref('stg_operator__accounts') }} as accounts
    on accounts.platform = 'call_events' and accounts.account_id = events.account_id
qualify row_number() over (
    partition by events.account_id, event.call_id
    order by revision desc, event.ended_at desc nulls last, event.event_id
) = 1
