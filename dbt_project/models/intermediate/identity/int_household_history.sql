-- What became of each household key: when it was in use, what it came from and what took its place. Read off
-- the registry, so that last month's report can be explained by the keys it used.
with memberships as (
    select record_key, household_key, valid_from, coalesce(valid_to, timestamp '9999-12-31') as valid_until
    from {{ ref('int_identities__registered') }}
),

-- A key that was given up and came back has two spells. Both windows need one order down to the record: two that break
-- ties differently count the first spell twice.
marked as (
    select
        *,
        coalesce(valid_from > max(valid_until) over (
            partition by household_key order by valid_from, valid_until, record_key
            rows between unbounded preceding and 1 preceding
        ), true) as starts_spell
    from memberships
),

numbered as (
    select
        *,
        sum(cast(starts_spell as integer)) over (
            partition by household_key order by valid_from, valid_until, record_key
            rows between unbounded preceding and current row
        ) as spell_number
    from marked
),

spells as (
    select household_key, spell_number, min(valid_from) as valid_from, max(valid_until) as valid_until
    from numbered
    group by household_key, spell_number
),

moves as (
    select
        before.household_key as from_key,
        after.household_key as to_key,
        after.valid_from as moved_at,
        count(*) as record_count
    from memberships as before
    inner join memberships as after
        on after.record_key = before.record_key and after.valid_from = before.valid_until
        and after.household_key <> before.household_key
    group by before.household_key, after.household_key, after.valid_from
),

successors as (
    select from_key, moved_at, to_key
    from moves
    qualify row_number() over (partition by from_key, moved_at order by record_count desc, to_key) = 1
),

origins as (
    select to_key, moved_at, from_key
    from moves
    qualify row_number() over (partition by to_key, moved_at order by record_count desc, from_key) = 1
)

select
    spells.household_key,
    spells.valid_from,
    nullif(spells.valid_until, timestamp '9999-12-31') as valid_to,
    origins.from_key as split_from,
    successors.to_key as superseded_by,
    case
        when successors.to_key is not null then 'merged'
        when spells.valid_until < timestamp '9999-12-31' then 'no record left'
        when origins.from_key is not null then 'split off'
        else 'new records'
    end as reason
from spells
left join origins on origins.to_key = spells.household_key and origins.moved_at = spells.valid_from
left join successors on successors.from_key = spells.household_key and successors.moved_at = spells.valid_until
