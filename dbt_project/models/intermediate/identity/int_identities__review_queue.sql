-- What a steward should look at, most valuable first: evidence that was held back, and shared values that no
-- rule dared to use. A pair that a steward has decided is not asked again.
with members as (
    select record_key, household_key from {{ ref('int_identities__registered') }} where valid_to is null
),

held as (
    select left_key, right_key, 'held: the only link between two groups that contradict each other' as reason, evidence, weight
    from {{ ref('int_identities__edges') }}
),

-- Same number or mailbox, other name, other place: a relative who lives elsewhere, or a number that changed
-- hands.
unused as (
    select
        compared.left_key,
        compared.right_key,
        'doubtful: ' || case compared.relation when 'given' then 'only the given name agrees' else 'the names differ' end
            || case when compared.is_elsewhere then ' and so do the addresses' else '' end as reason,
        'both have ' || compared.evidence_kind || ' ' || compared.evidence_value as evidence,
        0.4 as weight
    from {{ ref('int_identities__compared') }} as compared
    left join {{ ref('identity_rules') }} as rules
        on rules.evidence_kind = compared.evidence_kind and rules.relation = compared.relation
        and (not rules.unless_elsewhere or not compared.is_elsewhere)
        and (not rules.only_overlapping or compared.is_overlapping)
    where rules.rule is null
        and compared.evidence_kind in ('phone', 'email')
),

pairs as (
    select * from held
    union all
    select * from unused
)

select
    md5(least(pairs.left_key, pairs.right_key) || greatest(pairs.left_key, pairs.right_key)) as review_key,
    least(pairs.left_key, pairs.right_key) as left_key,
    greatest(pairs.left_key, pairs.right_key) as right_key,
    min(left_members.household_key) as left_household_key,
    min(right_members.household_key) as right_household_key,
    max_by(pairs.reason, (pairs.weight, pairs.reason)) as reason,
    string_agg(distinct pairs.evidence, '; ' order by pairs.evidence) as evidence,
    max(pairs.weight) as weight
from pairs
inner join members as left_members on left_members.record_key = least(pairs.left_key, pairs.right_key)
inner join members as right_members on right_members.record_key = greatest(pairs.left_key, pairs.right_key)
left join {{ ref('int_identities__decisions') }} as decisions
    on decisions.left_key = least(pairs.left_key, pairs.right_key)
    and decisions.right_key = greatest(pairs.left_key, pairs.right_key)
where left_members.household_key <> right_members.household_key
    and decisions.decision is null
group by least(pairs.left_key, pairs.right_key), greatest(pairs.left_key, pairs.right_key)
