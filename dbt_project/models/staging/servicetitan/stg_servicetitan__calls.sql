with parsed as (
    select
        *,
        'servicetitan' as platform,
        {{ json_fields('payload', text_fields(
            ['duration', 'from', 'to', 'direction', 'status', 'type', 'voiceMailPath', 'recordingUrl', 'createdOn',
             'modifiedOn', 'excuseMemo', 'tag', 'active'],
            {
                'reason': text_fields(['id', 'name']),
                'customer': text_fields(['id']),
                'campaign': text_fields(['id']),
                'job': text_fields(['id']),
                'lead': text_fields(['id']),
                'agent': text_fields(['id', 'name']),
                'createdBy': text_fields(['name'])
            }
        )) }} as call
    from {{ source('servicetitan', 'calls') }}
),

timed as (
    select *, {{ utc_timestamp('call.createdOn') }} as started_at from parsed
)

select
    {{ entity_key('timed.platform', 'timed.account_id', 'timed.native_id') }} as call_key,
    timed.platform,
    timed.account_id,
    timed.native_id,
    cast(null as varchar) as native_url,
    timed.started_at as created_at,
    {{ utc_timestamp('call.modifiedOn') }} as updated_at,
    timed.removed_at is not null or not coalesce(cast(call.active as boolean), true) as is_deleted,
    {{ canonical_value('servicetitan', 'call.direction', 'call.direction') }} as direction,
    call.direction as vendor_direction,
    nullif(call."from", '') as from_phone,
    nullif(call."to", '') as to_phone,
    timed.started_at,
    {{ business_date('timed.started_at', 'accounts.timezone') }} as started_on,
    {{ timespan_seconds('call.duration') }} as duration_seconds,
    case
        when call.type is null then 'unclassified'
        else {{ canonical_value('servicetitan', 'call.type', 'call.type') }}
    end as call_outcome,
    call.type as vendor_call_type,
    -- There is no answered flag. A caller who hung up or left voice mail reached nobody; a call that somebody gave a
    -- reason was taken. An outbound or unclassified call says nothing.
    case
        when call.type = 'Abandoned' or call.voiceMailPath is not null then false
        when call.type is not null then true
    end as is_answered,
    {{ entity_key('timed.platform', 'timed.account_id', 'call.customer.id') }} as customer_key,
    {{ entity_key('timed.platform', 'timed.account_id', 'call.lead.id') }} as lead_key,
    {{ entity_key('timed.platform', 'timed.account_id', 'call.job.id') }} as job_key,
    {{ entity_key('timed.platform', 'timed.account_id', "nullif(call.campaign.id, '0')") }} as campaign_key,
    coalesce(call.agent.name, call.createdBy.name) as agent_name,
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
        'reason': 'call.reason.name',
        'excuse_memo': 'call.excuseMemo',
        'tag': 'call.tag',
        'recording_url': 'call.recordingUrl'
    }) }} as vendor_attributes,
    timed.changed_at as _loaded_at
from timed
left join {{ ref('stg_operator__accounts') }} as accounts
    on accounts.platform = timed.platform and accounts.account_id = timed.account_id
