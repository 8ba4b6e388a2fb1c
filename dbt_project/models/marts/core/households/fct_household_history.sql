-- Grain: one period in which one household key was in use, what became of it, and the key that answers for it today.
with recursive spells as (
    select household_key, valid_from, valid_to, split_from, superseded_by, reason
    from {{ ref('int_household_history') }}
),

last_spells as (
    select household_key, valid_to, superseded_by
    from spells
    qualify row_number() over (partition by household_key order by valid_from desc) = 1
),

-- A key is superseded by one that was in use then, so each step leads to a later end and the walk has one.
walked as (
    select household_key, household_key as reached_key, valid_to, superseded_by
    from last_spells
    union all
    select walked.household_key, last_spells.household_key, last_spells.valid_to, last_spells.superseded_by
    from walked
    inner join last_spells on last_spells.household_key = walked.superseded_by
    where walked.valid_to is not null
)

select
    spells.household_key,
    spells.valid_from,
    spells.valid_to,
    spells.split_from,
    spells.superseded_by,
    reached.reached_key as current_household_key,
    spells.reason
from spells
left join walked as reached on reached.household_key = spells.household_key and reached.valid_to is null
