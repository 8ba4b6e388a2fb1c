{{
    config(
        materialized='incremental',
        unique_key='wire',
        incremental_strategy='delete+insert',
        full_refresh=false,
        on_schema_change='append_new_columns'
    )
}}
-- A wire is broken while it has an ERROR gap that nobody has taken on, degraded while it has any other open gap. The state's
-- beginning is remembered from build to build: gaps that follow one another are one outage.
with watched as (
    select
        wires.wire,
        wires.title,
        wires.sort_order,
        count(rules.check_id) as rules_watching
    from {{ ref('wires') }} as wires
    left join {{ ref('reconciliation_rules') }} as rules on rules.wire = wires.wire
    group by wires.wire, wires.title, wires.sort_order
),

gaps as (
    select
        wire,
        sum(case when severity = 'ERROR' then 1 else 0 end) as error_gaps,
        sum(case when severity = 'WARN' then 1 else 0 end) as warning_gaps,
        sum(case when severity = 'ERROR' and handling = 'unhandled' then 1 else 0 end) as unhandled_error_gaps,
        sum(case when handling <> 'unhandled' then 1 else 0 end) as handled_gaps,
        sum(dollars_at_risk) as dollars_at_risk,
        min(opened_at) as oldest_opened_at,
        min(case when severity = 'ERROR' and handling = 'unhandled' then opened_at end) as oldest_unhandled_error_at
    from {{ ref('fct_reconciliation_gaps') }}
    where status = 'open'
    group by wire
),

healed as (
    select wire, max(resolved_at) as last_resolved_at
    from {{ ref('fct_reconciliation_gaps') }}
    where status = 'resolved'
    group by wire
),

judged as (
    select
        watched.*,
        coalesce(gaps.error_gaps, 0) as error_gaps,
        coalesce(gaps.warning_gaps, 0) as warning_gaps,
        coalesce(gaps.unhandled_error_gaps, 0) as unhandled_error_gaps,
        coalesce(gaps.handled_gaps, 0) as handled_gaps,
        coalesce(gaps.dollars_at_risk, 0) as dollars_at_risk,
        gaps.oldest_opened_at,
        case
            when gaps.unhandled_error_gaps > 0 then 'broken'
            when gaps.wire is not null then 'degraded'
            when watched.rules_watching = 0 then 'unwatched'
            else 'live'
        end as state,
        case
            when gaps.unhandled_error_gaps > 0 then gaps.oldest_unhandled_error_at
            when gaps.wire is not null then gaps.oldest_opened_at
            else healed.last_resolved_at
        end as earliest_cause_at
    from watched
    left join gaps on gaps.wire = watched.wire
    left join healed on healed.wire = watched.wire
)

select
    judged.wire,
    judged.title,
    cast(judged.sort_order as integer) as sort_order,
    judged.state,
    {% if is_incremental() -%}
    case when known.state = judged.state then known.since_at else data.as_of_at end as since_at,
    {%- else -%}
    judged.earliest_cause_at as since_at,
    {%- endif %}
    cast(judged.rules_watching as integer) as rules_watching,
    cast(judged.error_gaps as integer) as error_gaps,
    cast(judged.warning_gaps as integer) as warning_gaps,
    cast(judged.unhandled_error_gaps as integer) as unhandled_error_gaps,
    cast(judged.handled_gaps as integer) as handled_gaps,
    cast(judged.dollars_at_risk as decimal(18, 2)) as dollars_at_risk,
    judged.oldest_opened_at,
    data.as_of_at
from judged
cross join {{ ref('int_data__as_of') }} as data
{% if is_incremental() -%}
left join {{ this }} as known on known.wire = judged.wire
{%- endif %}
