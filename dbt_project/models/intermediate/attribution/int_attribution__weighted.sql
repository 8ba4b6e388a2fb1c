-- Weights of every model, adding up to exactly 1 per opportunity. A further model is one more select in `shares`: any
-- non-negative numbers will do, they are normalised here. Units of 1e-12; what truncation leaves over goes to the first
-- touches, one unit each.
with path as (
    select * from {{ ref('int_opportunities__touched') }} where verdict = 'credited'
),

shares as (
    select 'first' as model, opportunity_key, touch_key, touch_position, 1 as share from path where touch_position = 1
    union all
    select 'last', opportunity_key, touch_key, touch_position, 1 from path where touch_position = touch_count
    union all
    select 'linear', opportunity_key, touch_key, touch_position, 1 from path
),

truncated as (
    select
        *,
        cast(
            floor(
                cast(share as double) / sum(share) over (partition by model, opportunity_key) * 1000000000000
            ) as bigint
        ) as whole_units
    from shares
    where share > 0
),

completed as (
    select
        *,
        whole_units + case
            when row_number() over (partition by model, opportunity_key order by touch_position)
                <= 1000000000000 - sum(whole_units) over (partition by model, opportunity_key)
            then 1 else 0
        end as units
    from truncated
)

select
    model,
    opportunity_key,
    touch_key,
    touch_position,
    cast(units * cast(0.000000000001 as decimal(13, 12)) as decimal(13, 12)) as weight
from completed
