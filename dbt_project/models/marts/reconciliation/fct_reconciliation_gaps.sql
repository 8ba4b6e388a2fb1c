{{
    config(
        materialized='incremental',
        unique_key='gap_id',
        incremental_strategy='delete+insert',
        full_refresh=false,
        on_schema_change='append_new_columns'
    )
}}
-- The ledger outlives the findings: a gap that heals is resolved, one that returns reopens under the same id with its
-- first date kept. `full_refresh: false`, because a rebuild would forget when each gap was first seen.
{%- set finding_columns -%}
    gap_id, check_id, wire, severity, platform, account_id, brand_key, entity, entity_key, native_id, native_url,
    job_key, expected, actual, difference_amount, dollars_at_risk, tolerance, occurred_on, remedy
{%- endset %}
with found as (
    select {{ finding_columns }} from {{ ref('int_gaps__unioned') }}
),

known as (
    {% if is_incremental() %}
    select
        {{ finding_columns }}, first_seen_at, last_seen_at, resolved_at, status, times_opened,
        {# A ledger that an earlier release made has no such column yet. -#}
        {{ 'opened_at' if 'opened_at' in column_names(this) else 'first_seen_at' }} as opened_at
    from {{ this }}
    {% else %}
    select
        {{ finding_columns }},
        cast(null as timestamp) as first_seen_at,
        cast(null as timestamp) as last_seen_at,
        cast(null as timestamp) as resolved_at,
        cast(null as varchar) as status,
        cast(null as integer) as times_opened,
        cast(null as timestamp) as opened_at
    from found
    where false
    {% endif %}
),

open_gaps as (
    select
        found.*,
        coalesce(known.first_seen_at, data.as_of_at) as first_seen_at,
        case when known.status = 'open' then known.opened_at else data.as_of_at end as opened_at,
        data.as_of_at as last_seen_at,
        cast(null as timestamp) as resolved_at,
        'open' as status,
        case
            when known.gap_id is null then 1
            when known.status = 'resolved' then known.times_opened + 1
            else known.times_opened
        end as times_opened
    from found
    cross join {{ ref('int_data__as_of') }} as data
    left join known on known.gap_id = found.gap_id
),

healed_gaps as (
    select
        {{ finding_columns }},
        first_seen_at,
        opened_at,
        last_seen_at,
        data.as_of_at as resolved_at,
        'resolved' as status,
        times_opened
    from known
    cross join {{ ref('int_data__as_of') }} as data
    where status = 'open'
      and gap_id not in (select gap_id from found)
),

changed as (
    select * from open_gaps
    union all
    select * from healed_gaps
),

-- A word holds for the opening that it was said about, and through its last day. An acknowledgement covers the dollars
-- that were looked at; a snooze covers what comes.
weighed as (
    select
        changed.*,
        decisions.decided_by,
        decisions.decided_at,
        decisions.reason,
        decisions.until_on,
        coalesce(decisions.owner, owners.value) as owner,
        case
            when changed.status = 'resolved' then null
            when decisions.times_opened <> changed.times_opened or decisions.until_on < data.as_of_on then 'unhandled'
            when decisions.action = 'snooze' then 'snoozed'
            when decisions.action = 'acknowledge'
                 and changed.dollars_at_risk <= decisions.dollars_at_risk
                     * (1 + {{ setting('tolerances.gap_growth_share', 'decimal(9, 4)') }})
                then 'acknowledged'
            else 'unhandled'
        end as handling,
        cast(coalesce(changed.resolved_at, data.as_of_at) as date) - cast(changed.opened_at as date) as age_days
    from changed
    cross join {{ ref('int_data__as_of') }} as data
    left join {{ ref('int_gap_decisions__standing') }} as decisions on decisions.gap_id = changed.gap_id
    left join {{ ref('stg_operator__settings') }} as owners on owners.key = 'gap_owners.' || changed.wire
)

select
    {{ finding_columns }},
    first_seen_at,
    last_seen_at,
    resolved_at,
    status,
    cast(times_opened as integer) as times_opened,
    opened_at,
    cast(age_days as integer) as age_days,
    owner,
    handling,
    case when handling in ('acknowledged', 'snoozed') then decided_by end as handled_by,
    case when handling in ('acknowledged', 'snoozed') then decided_at end as handled_at,
    case when handling in ('acknowledged', 'snoozed') then reason end as handled_reason,
    case when handling in ('acknowledged', 'snoozed') then until_on end as handled_until_on
from weighed
