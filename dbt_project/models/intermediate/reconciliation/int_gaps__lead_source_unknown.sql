-- A link's tag that the reviewed map of sources does not know: a new campaign that nobody entered, or a spelling that has
-- drifted. What it brings counts as unmapped until somebody decides what it is.
with tags as (
    select
        records.*,
        lower(trim(records.utm_source)) || ' / ' || coalesce(lower(trim(records.utm_medium)), '') as source_text
    from {{ ref('int_lead_records__unioned') }} as records
    where records.record_entity = 'lead'
      and not records.is_excluded
      and nullif(trim(records.utm_source), '') is not null
)

select
    'lead' as entity,
    tags.record_key as entity_key,
    tags.platform,
    tags.account_id,
    tags.native_id,
    tags.native_url,
    tags.job_key,
    'a source / medium that marketing_source_map knows' as expected,
    tags.source_text as actual,
    cast(null as decimal(18, 2)) as difference_amount,
    coalesce(tickets.average_ticket_amount, 0) as dollars_at_risk,
    cast(coalesce(tags.occurred_at, tags.created_at) as date) as occurred_on
from tags
inner join {{ ref('int_source_texts__mapped') }} as texts
    on texts.match_on = 'utm'
    and texts.source_text = tags.source_text
    and not texts.is_mapped
left join {{ ref('int_tickets__averaged') }} as tickets
    on tickets.brand_key = tags.brand_key
    and tickets.trade is not distinct from tags.trade
