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
with found as (
    select * from {{ ref('int_gaps__unioned') }}
),

known as (
    {% if is_incremental() %}
    select gap_id, first_seen_at, last_seen_at, resolved_at, status, times_opened from {{ this }}
    {% else %}
    select
        cast(null as varchar) as gap_id,
        cast(null as timestamp) as first_seen_at,
        cast(null as timestamp) as last_seen_at,
        cast(null as timestamp) as resolved_at,
        cast(null as varchar) as status,
        cast(null as integer) as times_opened
    where false
    {% endif %}
),

open_gaps as (
    select
        found.*,
        coalesce(known.first_seen_at, data.as_of_at) as first_seen_at,
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
)
{% if is_incremental() %},

healed_gaps as (
    select
        gaps.gap_id, gaps.check_id, gaps.wire, gaps.severity, gaps.platform, gaps.account_id, gaps.brand_key,
        gaps.entity, gaps.entity_key, gaps.native_id, gaps.native_url, gaps.job_key, gaps.expected, gaps.actual,
        gaps.difference_amount, gaps.dollars_at_risk, gaps.tolerance, gaps.occurred_on, gaps.remedy,
        gaps.first_seen_at,
        gaps.last_seen_at,
        data.as_of_at as resolved_at,
        'resolved' as status,
        gaps.times_opened
    from {{ this }} as gaps
    cross join {{ ref('int_data__as_of') }} as data
    where gaps.status = 'open'
      and gaps.gap_id not in (select gap_id from found)
)
{% endif %}

select
    gap_id, check_id, wire, severity, platform, account_id, brand_key, entity, entity_key, native_id, native_url,
    job_key, expected, actual, difference_amount, dollars_at_risk, tolerance, occurred_on, remedy,
    first_seen_at, last_seen_at, resolved_at, status, cast(times_opened as integer) as times_opened
from open_gaps
{% if is_incremental() %}
union all
select
    gap_id, check_id, wire, severity, platform, account_id, brand_key, entity, entity_key, native_id, native_url,
    job_key, expected, actual, difference_amount, dollars_at_risk, tolerance, occurred_on, remedy,
    first_seen_at, last_seen_at, resolved_at, status, cast(times_opened as integer) as times_opened
from healed_gaps
{% endif %}
