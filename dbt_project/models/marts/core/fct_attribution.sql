{{ config(materialized='view', meta={'is_published': true}) }}
-- One row per model comes last, and is not stored: nine times the same text is most of what a build of the marts wrote. Readers
-- get a table all the same, because publishing copies the rows (decision 40).
with credits as (
    select shared.*, sources.campaign_name, {{ split_rows('shared.models', ',') }} as model
    from {{ ref('int_attribution__shared') }} as shared
    inner join {{ ref('dim_marketing_sources') }} as sources
        on sources.marketing_source_key = shared.marketing_source_key
)

select
    md5(model || '|' || conversion_key || '|' || coalesce(touch_key, '')) as attribution_key,
    model,
    conversion_key,
    conversion_kind,
    job_key,
    opportunity_key,
    platform,
    account_id,
    brand_key,
    household_key,
    trade,
    conversion_at,
    conversion_on,
    touch_key,
    touch_at,
    touch_on,
    touch_position,
    marketing_source_key,
    channel,
    campaign_name,
    method,
    confidence,
    weight,
    attribution_reason,
    is_returning,
    case
        when attribution_reason <> 'credited' then null
        when model = 'markov' then markov_guard
        when model = 'shapley' then shapley_guard
    end as guard_reason,
    gross_booked_amount,
    booked_amount,
    sold_amount,
    completed_amount,
    invoiced_amount,
    collected_amount
from credits
