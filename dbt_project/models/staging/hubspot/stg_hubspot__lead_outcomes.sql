-- A deal's fate as the portal knows it. When a deal entered a stage is a property named after the stage: whatever open or won
-- stage follows the pipeline's first one tells that somebody has answered.
with deals as (
    select * from {{ ref('base_hubspot__leads') }} where deal is not null
),

stages as (
    select * from {{ ref('base_hubspot__deal_stages') }}
),

entries as (
    select
        deals.account_id,
        deals.native_id,
        stages.is_booked_stage,
        {{ utc_timestamp(json_text_at(
            'deals.deal_payload', "'$.properties.hs_v2_date_entered_' || stages.stage_id"
        )) }} as entered_at
    from deals
    inner join stages
        on stages.account_id = deals.account_id
        and stages.pipeline_id = deals.deal.properties.pipeline
    where stages.position > 1
      and (stages.is_won or not stages.is_closed)
),

progress as (
    select
        account_id,
        native_id,
        min(entered_at) as contacted_at,
        min(case when is_booked_stage then entered_at end) as booked_at
    from entries
    group by account_id, native_id
)

select
    {{ entity_key('deals.platform', 'deals.account_id', 'deals.native_id') }} as lead_key,
    deals.platform,
    deals.account_id,
    deals.native_id,
    deals.deal.url as native_url,
    {{ utc_timestamp('deals.deal.properties.createdate') }} as created_at,
    {{ utc_timestamp('deals.deal.updatedAt') }} as updated_at,
    deals.is_deleted,
    case
        when stages.is_won then 'won'
        when stages.is_closed then 'lost'
        when stages.stage_id is not null then 'open'
    end as outcome,
    cast(nullif(deals.deal.properties.amount, '') as decimal(18, 2)) as outcome_amount,
    progress.contacted_at,
    true as has_stage_history,
    progress.booked_at,
    {{ json_object({'deal_name': 'deals.deal.properties.dealname', 'stage_name': 'stages.stage_name'}) }}
        as vendor_attributes,
    deals.changed_at as _loaded_at
from deals
left join stages
    on stages.account_id = deals.account_id
    and stages.pipeline_id = deals.deal.properties.pipeline
    and stages.stage_id = deals.deal.properties.dealstage
left join progress
    on progress.account_id = deals.account_id and progress.native_id = deals.native_id
