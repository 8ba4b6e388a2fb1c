-- Which number stood for what, and when. A number of a website pool is shown to visitors of every source, so it stands for
-- none; it is still the brand's own. A disabled tracker gives its number back, and another one may get it.
with trackers as (
    select
        *,
        'callrail' as platform,
        {{ json_fields('payload', text_fields(
            ['id', 'name', 'type', 'status', 'destination_number', 'created_at', 'disabled_at', 'campaign_name'],
            {'tracking_numbers': ['VARCHAR'], 'company': text_fields(['id'])}
        )) }} as tracker
    from {{ source('callrail', 'trackers') }}
),

numbers as (
    select *, {{ json_elements('tracker.tracking_numbers') }} as phone from trackers
),

identified as (
    select
        *,
        native_id || '|' || phone as number_id,
        {{ canonical_value('callrail', 'tracker.type', 'tracker.type') }} = 'one_source' as has_one_source
    from numbers
)

select
    {{ entity_key('identified.platform', 'identified.account_id', 'identified.number_id') }} as tracking_number_key,
    identified.platform,
    identified.account_id,
    identified.number_id as native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('tracker.created_at') }} as created_at,
    cast(null as timestamp) as updated_at,
    -- A tracker that is gone had its number until then: history, not a mistake.
    false as is_deleted,
    identified.phone,
    companies.brand_key,
    case when has_one_source then tracker.name end as source_name,
    case when has_one_source then nullif(tracker.campaign_name, '') end as campaign_name,
    {{ utc_timestamp('tracker.created_at') }} as assigned_at,
    coalesce({{ utc_timestamp('tracker.disabled_at') }}, identified.removed_at) as released_at,
    has_one_source as vendor_has_one_source,
    tracker.type as vendor_type,
    {{ json_object({
        'tracker_id': 'identified.native_id', 'status': 'tracker.status', 'destination': 'tracker.destination_number'
    }) }} as vendor_attributes,
    identified.changed_at as _loaded_at
from identified
left join {{ ref('base_callrail__companies') }} as companies
    on companies.account_id = identified.account_id and companies.company_id = tracker.company.id
