with conflicts as (
    select touch_key, min(chosen_channel) as chosen_channel
    from {{ ref('int_touches__conflicts') }}
    group by touch_key
)

select
    touches.touch_key,
    touches.lead_key,
    touches.job_key,
    touches.household_key,
    touches.brand_key,
    touches.trade,
    touches.platform,
    touches.account_id,
    touches.touch_kind,
    touches.touch_at,
    touches.touch_on,
    touches.method,
    touches.confidence,
    touches.marketing_source_key,
    touches.channel,
    sources.campaign_name,
    touches.evidence_text,
    touches.is_marketing,
    conflicts.touch_key is not null as has_conflict,
    conflicts.chosen_channel
from {{ ref('int_touches__resolved') }} as touches
left join conflicts on conflicts.touch_key = touches.touch_key
left join {{ ref('dim_marketing_sources') }} as sources on sources.marketing_source_key = touches.marketing_source_key
