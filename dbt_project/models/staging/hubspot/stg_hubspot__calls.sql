with calls as (
    select
        *,
        'hubspot' as platform,
        {{ json_fields('payload', text_fields(
            ['createdAt', 'updatedAt', 'archived', 'url'],
            {'properties': text_fields([
                'hs_timestamp', 'hs_call_title', 'hs_call_direction', 'hs_call_duration', 'hs_call_from_number',
                'hs_call_to_number', 'hs_call_status', 'hs_call_disposition', 'hs_call_recording_url', 'hs_call_source',
                'hs_call_has_voicemail', 'hubspot_owner_id', 'call_outcome', 'brand'
            ])}
        )) }} as call
    from {{ source('hubspot', 'calls') }}
),

owners as (
    select account_id, native_id, {{ json_fields('payload', text_fields(['firstName', 'lastName'])) }} as owner
    from {{ source('hubspot', 'owners') }}
),

associations as (
    select account_id, {{ json_fields('payload', text_fields(['call_id', 'contact_id'])) }} as association
    from {{ source('hubspot', 'call_contacts') }}
    where removed_at is null
),

call_contacts as (
    select
        account_id,
        association.call_id,
        min_by(association.contact_id, cast(association.contact_id as bigint)) as contact_id
    from associations
    group by account_id, association.call_id
),

timed as (
    select *, {{ utc_timestamp('call.properties.hs_timestamp') }} as started_at from calls
)

select
    {{ entity_key('timed.platform', 'timed.account_id', 'timed.native_id') }} as call_key,
    timed.platform,
    timed.account_id,
    timed.native_id,
    call.url as native_url,
    {{ utc_timestamp('call.createdAt') }} as created_at,
    {{ utc_timestamp('call.updatedAt') }} as updated_at,
    timed.removed_at is not null or coalesce(cast(call.archived as boolean), false) as is_deleted,
    {{ canonical_value('hubspot', 'call.direction', 'call.properties.hs_call_direction') }} as direction,
    call.properties.hs_call_direction as vendor_direction,
    nullif(call.properties.hs_call_from_number, '') as from_phone,
    nullif(call.properties.hs_call_to_number, '') as to_phone,
    timed.started_at,
    {{ business_date('timed.started_at', 'accounts.timezone') }} as started_on,
    cast(round(cast(call.properties.hs_call_duration as decimal(18, 0)) / 1000) as integer) as duration_seconds,
    -- What the office noted, where the portal has a property for it. Else only a missed call tells what came of it.
    case
        when nullif(call.properties.call_outcome, '') is not null
            then {{ canonical_value('hubspot', 'call.call_outcome', 'call.properties.call_outcome') }}
        when upper(call.properties.hs_call_status) in ('NO_ANSWER', 'MISSED', 'CANCELED')
            and upper(call.properties.hs_call_direction) = 'INBOUND' then 'abandoned'
        else 'unclassified'
    end as call_outcome,
    nullif(call.properties.call_outcome, '') as vendor_call_outcome,
    case
        when upper(call.properties.hs_call_status) = 'COMPLETED'
            then not coalesce(call.properties.hs_call_has_voicemail = 'true', false)
        when upper(call.properties.hs_call_status) in ('NO_ANSWER', 'MISSED', 'CANCELED', 'BUSY', 'FAILED') then false
    end as is_answered,
    cast(null as varchar) as customer_key,
    cast(null as varchar) as lead_key,
    cast(null as varchar) as job_key,
    cast(null as varchar) as campaign_key,
    nullif(concat_ws(' ', owners.owner.firstName, owners.owner.lastName), '') as agent_name,
    cast(null as varchar) as brand_key,
    cast(null as varchar) as forwarded_phone,
    cast(null as varchar) as telephony_id,
    cast(null as varchar) as source_name,
    cast(null as varchar) as campaign_name,
    cast(null as varchar) as stated_source,
    cast(null as varchar) as utm_source,
    cast(null as varchar) as utm_medium,
    cast(null as varchar) as utm_campaign,
    cast(null as varchar) as gclid,
    cast(null as varchar) as msclkid,
    cast(null as varchar) as fbclid,
    cast(null as varchar) as landing_page_url,
    cast(null as varchar) as referrer_url,
    cast(null as varchar) as caller_name,
    cast(null as varchar) as caller_email,
    {{ json_object({
        'title': 'call.properties.hs_call_title',
        'status': 'call.properties.hs_call_status',
        'disposition': 'call.properties.hs_call_disposition',
        'recording_url': 'call.properties.hs_call_recording_url',
        'contact_native_id': 'call_contacts.contact_id'
    }) }} as vendor_attributes,
    timed.changed_at as _loaded_at
from timed
left join owners
    on owners.account_id = timed.account_id and owners.native_id = call.properties.hubspot_owner_id
left join call_contacts
    on call_contacts.account_id = timed.account_id and call_contacts.call_id = timed.native_id
left join {{ ref('stg_operator__accounts') }} as accounts
    on accounts.platform = timed.platform and accounts.account_id = timed.account_id
