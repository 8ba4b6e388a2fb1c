-- Stages are the org's own; its settings say which end an opportunity, their names which one means a booked visit.
with parsed as (
    select
        account_id,
        {{ json_fields('payload', text_fields(['ApiName', 'MasterLabel', 'IsClosed', 'IsWon'])) }} as stage
    from {{ source('salesforce', 'opportunity_stages') }}
)

select
    account_id,
    stage.ApiName as stage_name,
    coalesce(cast(stage.IsClosed as boolean), false) as is_closed,
    coalesce(cast(stage.IsWon as boolean), false) as is_won,
    not coalesce(cast(stage.IsClosed as boolean), false)
        and lower(stage.ApiName || ' ' || coalesce(stage.MasterLabel, ''))
            similar to '.*(booked|scheduled|appointment).*' as is_booked_stage
from parsed
