{{
    config(
        materialized='incremental',
        unique_key=['gap_id', 'times_opened'],
        incremental_strategy='delete+insert',
        full_refresh=false,
        on_schema_change='append_new_columns'
    )
}}
-- The ledger shows a gap's newest opening; what it overwrites stays here. Only what this build touched is written again.
select
    gaps.gap_id,
    gaps.times_opened,
    gaps.check_id,
    gaps.wire,
    gaps.opened_at,
    gaps.last_seen_at,
    gaps.resolved_at,
    gaps.dollars_at_risk
from {{ ref('fct_reconciliation_gaps') }} as gaps
cross join {{ ref('int_data__as_of') }} as data
where gaps.status = 'open' or gaps.resolved_at = data.as_of_at
