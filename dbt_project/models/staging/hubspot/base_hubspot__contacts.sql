-- All contacts, each with the id that it goes by now: since 2025 a merge makes a new record, and the ids of both
-- partners become aliases of it. The absorbed rows vanish from the portal; only the survivor names them.
with parsed as (
    select
        *,
        'hubspot' as platform,
        {{ json_fields('payload', text_fields(
            ['createdAt', 'updatedAt', 'archived', 'url'],
            {'properties': text_fields([
                'email', 'hs_additional_emails', 'phone', 'mobilephone', 'firstname', 'lastname', 'company',
                'address', 'city', 'state', 'zip', 'createdate', 'lastmodifieddate', 'lifecyclestage', 'hs_lead_status',
                'hs_merged_object_ids', 'hs_object_source', 'hs_analytics_source', 'hs_analytics_source_data_1',
                'hs_analytics_first_url', 'hs_analytics_last_url', 'hs_analytics_first_referrer', 'hs_google_click_id',
                'hs_facebook_click_id', 'first_conversion_event_name', 'first_conversion_date', 'utm_source',
                'utm_medium', 'utm_campaign', 'utm_term', 'utm_content', 'gclid', 'gbraid', 'wbraid', 'msclkid',
                'fbclid', 'landing_url',
                'brand'
            ])}
        )) }} as contact
    from {{ source('hubspot', 'contacts') }}
),

absorbed as (
    select
        account_id,
        native_id as survivor_id,
        trim({{ json_elements("string_split(contact.properties.hs_merged_object_ids, ';')") }}) as absorbed_id
    from parsed
    where nullif(contact.properties.hs_merged_object_ids, '') is not null
),

-- A chain of merges ends in one survivor that names every id before it; the newest id is that one.
aliases as (
    select account_id, absorbed_id, max_by(survivor_id, cast(survivor_id as bigint)) as survivor_id
    from absorbed
    where absorbed_id <> survivor_id and absorbed_id <> ''
    group by account_id, absorbed_id
)

select
    parsed.platform,
    parsed.account_id,
    parsed.native_id,
    parsed.contact,
    coalesce(aliases.survivor_id, parsed.native_id) as current_id,
    aliases.survivor_id is not null as is_merged,
    parsed.removed_at is not null or coalesce(cast(parsed.contact.archived as boolean), false)
        or aliases.survivor_id is not null as is_deleted,
    parsed.changed_at
from parsed
left join aliases on aliases.account_id = parsed.account_id and aliases.absorbed_id = parsed.native_id
