-- Every text that names a source, matched once against the reviewed map. `utm` texts read "source / medium", `referrer`
-- texts are hosts, `text` is whatever a picklist, campaign, category or spend file says. A pattern that is the whole text
-- ("yelp") names the channel itself, so such an entry is no campaign.
with texts as (
    select 'utm' as match_on, lower(trim(utm_source)) || ' / ' || coalesce(lower(trim(utm_medium)), '') as source_text
    from {{ ref('int_leads__unioned') }}
    where utm_source is not null
    union
    select 'referrer', {{ url_host('referrer_url') }} from {{ ref('int_leads__unioned') }}
    union
    select 'utm', lower(trim(utm_source)) || ' / ' || coalesce(lower(trim(utm_medium)), '')
    from {{ ref('int_calls__unioned') }}
    where utm_source is not null
    union
    select 'referrer', {{ url_host('referrer_url') }} from {{ ref('int_calls__unioned') }}
    union
    select 'text', lower(trim(source_name)) from {{ ref('int_calls__unioned') }}
    union
    select 'text', lower(trim(campaign_name)) from {{ ref('int_calls__unioned') }}
    union
    select 'text', lower(trim(stated_source)) from {{ ref('int_calls__unioned') }}
    union
    select 'text', lower(trim(source_name)) from {{ ref('int_tracking_numbers__unioned') }}
    union
    select 'text', lower(trim(campaign_name)) from {{ ref('int_tracking_numbers__unioned') }}
    union
    select 'text', lower(trim(source_name)) from {{ ref('int_leads__unioned') }}
    union
    select 'text', lower(trim(source_name)) from {{ ref('int_jobs__unioned') }}
    union
    select 'text', lower(trim(source_name)) from {{ ref('int_ad_spend__unioned') }}
    union
    select 'text', lower(trim(campaign_name)) from {{ ref('int_ad_spend__unioned') }}
    union
    select 'text', lower(trim(campaign_name)) from {{ ref('int_campaigns__unioned') }}
    union
    select 'text', lower(trim(category_name)) from {{ ref('int_campaigns__unioned') }}
    union
    select 'text', lower(trim(source_name)) from {{ ref('int_campaigns__unioned') }}
),

matches as (
    select
        texts.match_on,
        texts.source_text,
        map.channel,
        map.pattern,
        row_number() over (
            partition by texts.match_on, texts.source_text
            order by map.priority, length(map.pattern) desc, map.pattern
        ) as match_rank
    from texts
    left join {{ ref('marketing_source_map') }} as map
        on map.match_on = texts.match_on
        and texts.source_text like map.pattern
    where texts.source_text is not null and texts.source_text <> ''
)

select
    match_on,
    source_text,
    coalesce(channel, 'unmapped') as channel,
    channel is not null as is_mapped,
    match_on = 'text' and coalesce(source_text = pattern, false) as is_channel_name
from matches
where match_rank = 1
