with calls as (
    select
        *,
        'callrail' as platform,
        {{ json_fields('payload', text_fields(
            ['answered', 'business_phone_number', 'customer_name', 'customer_phone_number', 'direction', 'duration',
             'start_time', 'tracking_phone_number', 'voicemail', 'call_type', 'campaign', 'company_id', 'source_name',
             'tracker_id', 'lead_status', 'value', 'note', 'timeline_url', 'person_id', 'gclid', 'msclkid', 'fbclid',
             'utm_source', 'utm_medium', 'utm_campaign', 'landing_page_url', 'referring_url', 'source', 'created_at'],
            {
                'tags': [text_fields(['name'])],
                'milestones': {'lead_created': text_fields(
                    ['source', 'medium', 'campaign', 'landing', 'referrer'],
                    {'landing_page_url_params': text_fields(
                        ['utm_source', 'utm_medium', 'utm_campaign', 'gclid', 'msclkid', 'fbclid']
                    )}
                )}
            }
        )) }} as call
    from {{ source('callrail', 'calls') }}
),

call_tags as (
    select account_id, native_id, lower(trim(tag.name)) as tag
    from (select account_id, native_id, {{ json_elements('call.tags') }} as tag from calls) as tagged
),

-- What the office's own tags say, where the operator listed them.
tag_outcomes as (
    select call_tags.account_id, call_tags.native_id, min_by(outcomes.call_outcome, outcomes.priority) as call_outcome
    from call_tags
    inner join {{ ref('callrail_call_tags') }} as outcomes on outcomes.tag = call_tags.tag
    group by call_tags.account_id, call_tags.native_id
),

trackers as (
    select account_id, native_id, {{ json_fields('payload', text_fields(['type', 'campaign_name'])) }} as tracker
    from {{ source('callrail', 'trackers') }}
),

read_calls as (
    select
        calls.*,
        {{ utc_timestamp('call.start_time') }} as started_at,
        call.milestones.lead_created as visit,
        call.milestones.lead_created.landing_page_url_params as tags,
        trackers.tracker.campaign_name as tracker_campaign,
        -- A pool shows its numbers to every visitor: what is known is the visit. Any other number stands for one source.
        coalesce(
            {{ canonical_value('callrail', 'tracker.type', 'trackers.tracker.type') }} = 'one_source',
            call.milestones.lead_created.landing is null
        ) as has_one_source,
        {{ canonical_value('callrail', 'call.call_type', 'call.call_type') }} as type_outcome,
        {{ canonical_value('callrail', 'call.lead_status', 'call.lead_status') }} as status_outcome,
        tag_outcomes.call_outcome as tag_outcome,
        companies.brand_key,
        companies.time_zone,
        accounts.timezone as account_time_zone
    from calls
    left join trackers on trackers.account_id = calls.account_id and trackers.native_id = call.tracker_id
    left join tag_outcomes on tag_outcomes.account_id = calls.account_id and tag_outcomes.native_id = calls.native_id
    left join {{ ref('base_callrail__companies') }} as companies
        on companies.account_id = calls.account_id and companies.company_id = call.company_id
    left join {{ ref('stg_operator__accounts') }} as accounts
        on accounts.platform = calls.platform and accounts.account_id = calls.account_id
),

parties as (
    select
        *,
        call.direction = 'outbound' as is_outbound,
        -- A withheld number is empty, or a word in its place.
        case when {{ phone_digits('call.customer_phone_number') }} is not null then call.customer_phone_number end
            as customer_phone
    from read_calls
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as call_key,
    platform,
    account_id,
    native_id,
    call.timeline_url as native_url,
    {{ utc_timestamp('call.created_at') }} as created_at,
    cast(null as timestamp) as updated_at,
    -- Whatever left the list was marked as spam, unless it only became too old to be listed.
    removed_at is not null and started_at > removed_at - interval '24 months' as is_deleted,
    {{ canonical_value('callrail', 'call.direction', 'call.direction') }} as direction,
    call.direction as vendor_direction,
    case when is_outbound then call.tracking_phone_number else customer_phone end as from_phone,
    case when is_outbound then customer_phone else call.tracking_phone_number end as to_phone,
    started_at,
    {{ business_date('started_at', 'coalesce(time_zone, account_time_zone)') }} as started_on,
    cast(call.duration as integer) as duration_seconds,
    case
        when tag_outcome is not null then tag_outcome
        when call.lead_status is not null and status_outcome is null then null
        when status_outcome <> 'unclassified' then status_outcome
        when call.call_type is not null then type_outcome
        else 'unclassified'
    end as call_outcome,
    call.call_type as vendor_call_type,
    call.lead_status as vendor_lead_status,
    -- A call in progress has no duration yet, and nobody knows.
    case
        when call.duration is null then null
        when call.voicemail = 'true' then false
        else cast(call.answered as boolean)
    end as is_answered,
    cast(null as varchar) as customer_key,
    cast(null as varchar) as lead_key,
    cast(null as varchar) as job_key,
    cast(null as varchar) as campaign_key,
    cast(null as varchar) as agent_name,
    brand_key,
    nullif(call.business_phone_number, '') as forwarded_phone,
    cast(null as varchar) as telephony_id,
    case when has_one_source then nullif(call.source_name, '') end as source_name,
    case when has_one_source then coalesce(nullif(call.campaign, ''), nullif(tracker_campaign, '')) end as campaign_name,
    cast(null as varchar) as stated_source,
    {%- for name, of_visit in [('utm_source', 'source'), ('utm_medium', 'medium'), ('utm_campaign', 'campaign')] %}
    -- The visit that made the call. The plain field describes the first touch, perhaps another visit.
    case
        when has_one_source then null
        when visit is null then nullif(call.{{ name }}, '')
        else coalesce(nullif(tags.{{ name }}, ''), {{ url_parameter('visit.landing', name) }}, visit.{{ of_visit }})
    end as {{ name }},
    {%- endfor %}
    {%- for name in ['gclid', 'msclkid', 'fbclid'] %}
    -- The plain click id is the newest one known, even of a later visit. Without any visit it came with the call itself,
    -- from an ad that shows a number.
    case
        when has_one_source or visit is null then nullif(call.{{ name }}, '')
        else coalesce(nullif(tags.{{ name }}, ''), {{ url_parameter('visit.landing', name) }})
    end as {{ name }},
    {%- endfor %}
    case when not has_one_source then coalesce(visit.landing, call.landing_page_url) end as landing_page_url,
    case when not has_one_source then coalesce(visit.referrer, call.referring_url) end as referrer_url,
    nullif(call.customer_name, '') as caller_name,
    cast(null as varchar) as caller_email,
    {{ json_object({
        'tracker_id': 'call.tracker_id',
        'tracker_name': 'call.source_name',
        'source': 'call.source',
        'person_id': 'call.person_id',
        'lead_status': 'call.lead_status',
        'value': 'call.value',
        'note': 'call.note',
        'tags': 'list_transform(call.tags, lambda tag: tag.name)',
        'newest_gclid': 'call.gclid'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from parties
