-- Weights of every model, adding up to exactly 1 per opportunity. Models that share an opportunity in the same way are one
-- row with all their names in `models`, because most journeys have one touch and no two models disagree on it.
--
-- A further model is one more line of `rules` and one row of the seed: any non-negative numbers will do, they are
-- normalised here. Units of 1e-12; what truncation leaves over goes one unit each to the touches that lost most by it.
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='sync_all_columns',
    pre_hook="{{ forget_outdated('int_conversions__fingerprinted', 'weight_fingerprint') }}"
) }}
{%- set rules = {
    'first': "touch_position = 1",
    'last': "is_last",
    'last_non_direct': "touch_position = touch_count",
    'linear': "is_in_path",
    'position': "position_share",
    'time_decay': "decay_share",
    'w_shaped': "w_shaped_share",
    'markov': "case when markov_guard is null then path_weight / touches_of_channel else 1 end",
    'shapley': "case when shapley_guard is null then 1.0 / touches_of_channel else 1 end",
} %}
with opportunities as (
    select opportunity_key, weight_fingerprint as fingerprint
    from {{ ref('int_conversions__fingerprinted') }}
    where conversion_key = opportunity_key
      and {{ is_outdated('weight_fingerprint') }}
),

shape as (
    select
        {{ setting('attribution.position.first', 'double') }} as position_first,
        {{ setting('attribution.position.last', 'double') }} as position_last,
        {{ setting('attribution.w_shaped.first', 'double') }} as w_first,
        {{ setting('attribution.w_shaped.lead', 'double') }} as w_lead,
        {{ setting('attribution.w_shaped.booked', 'double') }} as w_booked,
        {{ setting('attribution.half_life_days', 'double') }} as half_life_days
),

-- What came last may have been no marketing: then it stands behind the path, and only `last` credits it.
touches as (
    select
        *,
        coalesce(touch_position, touch_count_of_path + 1) as place,
        count(*) over (partition by opportunity_key) as row_count
    from (
        select *, max(touch_count) over (partition by opportunity_key) as touch_count_of_path
        from {{ ref('int_opportunities__touched') }}
        where (is_in_path or is_last)
          and opportunity_key in (select opportunity_key from opportunities)
    ) as eligible
    where touch_count_of_path is not null
),

contested as (
    select
        touches.opportunity_key,
        touches.touch_key,
        touches.place,
        touches.is_in_path,
        touches.is_last,
        touches.touch_position,
        touches.touch_count,
        count(*) over (
            partition by touches.opportunity_key, touches.is_in_path, touches.channel
        ) as touches_of_channel,
        {{ days_between('touches.touch_at', 'touches.opportunity_at') }} as age_days,
        -- The three moments of `w_shaped`: first touch; the lead, which is the first touch that somebody wrote down as
        -- one, else the booking; the booking, which is the job's own request, else the last touch.
        min(case when is_in_path and has_lead_record then touch_position end) over (
            partition by touches.opportunity_key
        ) as recorded_position,
        coalesce(
            max(case when is_in_path and is_own_request then touch_position end) over (
                partition by touches.opportunity_key
            ),
            touches.touch_count
        ) as booked_position,
        populations.markov_guard,
        populations.shapley_guard,
        coalesce(channel_values.path_weight, 1) as path_weight
    from touches
    left join {{ ref('int_populations__guarded') }} as populations
        on populations.population_key = touches.population_key
    left join {{ ref('int_channels__valued') }} as channel_values
        on channel_values.population_key = touches.population_key
        and channel_values.channel = touches.channel
    where touches.row_count > 1
),

milestones as (
    select
        contested.*,
        shape.*,
        case when touch_position = 1 then w_first else 0 end
        + case when touch_position = coalesce(recorded_position, booked_position) then w_lead else 0 end
        + case when touch_position = booked_position then w_booked else 0 end as milestone_share
    from contested
    cross join shape
),

measured as (
    select
        *,
        case
            when touch_count = 1 then 1
            when touch_position = 1 then position_first
            when touch_position = touch_count then position_last
            else (1 - position_first - position_last) / (touch_count - 2)
        end as position_share,
        power(0.5, age_days / half_life_days) as decay_share,
        case
            when milestone_share > 0 then milestone_share
            else (1 - w_first - w_lead - w_booked) / count(*) filter (where milestone_share = 0 and is_in_path) over (
                partition by opportunity_key
            )
        end as w_shaped_share
    from milestones
),

shares as (
    {%- for model, rule in rules.items() %}
    select
        '{{ model }}' as model,
        opportunity_key,
        touch_key,
        place,
        cast({{ rule }} as double) as share
    from measured
    where {{ "is_last" if model == 'last' else "is_in_path" }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

exact as (
    select
        *,
        share / sum(share) over (partition by model, opportunity_key) * 1000000000000 as exact_units
    from shares
    where share > 0
),

-- A thousandth of a unit, so that 0.3 is not cut off where a double holds it a trifle low.
truncated as (
    select *, cast(floor(exact_units + 0.001) as bigint) as whole_units from exact
),

completed as (
    select
        *,
        whole_units + case
            when row_number() over (
                partition by model, opportunity_key order by round(exact_units - whole_units, 3) desc, place
            ) <= 1000000000000 - sum(whole_units) over (partition by model, opportunity_key)
            then 1 else 0
        end as units
    from truncated
),

-- How a model shares an opportunity, in a form that can be compared.
vectors as (
    select
        model,
        opportunity_key,
        list_sort(list(cast(place as varchar) || ':' || cast(units as varchar))) as vector
    from completed
    group by model, opportunity_key
),

alike as (
    select
        vectors.opportunity_key,
        min(vectors.model) as example,
        {{ text_in_order('vectors.model', 'known.sort_order', ',') }} as models
    from vectors
    inner join {{ ref('attribution_models') }} as known on known.model = vectors.model
    group by vectors.opportunity_key, vectors.vector
)

select
    completed.opportunity_key,
    opportunities.fingerprint,
    alike.models,
    completed.touch_key,
    completed.place as touch_position,
    cast(completed.units * cast(0.000000000001 as decimal(13, 12)) as decimal(13, 12)) as weight
from completed
inner join alike on alike.opportunity_key = completed.opportunity_key and alike.example = completed.model
inner join opportunities on opportunities.opportunity_key = completed.opportunity_key
where completed.units > 0

union all

select
    touches.opportunity_key,
    opportunities.fingerprint,
    (select string_agg(model, ',' order by sort_order) from {{ ref('attribution_models') }}),
    touches.touch_key,
    touches.place,
    cast(1 as decimal(13, 12))
from touches
inner join opportunities on opportunities.opportunity_key = touches.opportunity_key
where touches.row_count = 1
