-- Stages are the portal's own; their metadata say which end a deal, their names which one means a booked visit.
with pipelines as (
    select
        account_id,
        native_id as pipeline_id,
        {{ json_fields('payload', {'stages': [text_fields(
            ['id', 'label'], {'metadata': text_fields(['isClosed', 'probability'])}
        )]}) }} as pipeline
    from {{ source('hubspot', 'deal_pipelines') }}
),

stages as (
    select
        account_id,
        pipeline_id,
        {{ json_elements('pipeline.stages') }} as stage,
        {{ json_positions('pipeline.stages') }} as position
    from pipelines
)

select
    account_id,
    pipeline_id,
    stage.id as stage_id,
    stage.label as stage_name,
    position,
    coalesce(cast(stage.metadata.isClosed as boolean), false) as is_closed,
    coalesce(cast(stage.metadata.isClosed as boolean), false)
        and coalesce(cast(stage.metadata.probability as double), 0) = 1 as is_won,
    not coalesce(cast(stage.metadata.isClosed as boolean), false)
        and lower(stage.id || ' ' || coalesce(stage.label, '')) similar to '.*(booked|scheduled|appointment).*'
        as is_booked_stage
from stages
