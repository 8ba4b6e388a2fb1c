{{ config(meta={'dagster': {'ref': {'name': 'bridge_household_members'}}}) }}
-- Fails with each steward's decision that the households contradict. `same` may lose only to a `different`.
select decisions.left_key, decisions.right_key, decisions.decision
from {{ ref('int_identities__decisions') }} as decisions
inner join {{ ref('bridge_household_members') }} as left_members on left_members.record_key = decisions.left_key
inner join {{ ref('bridge_household_members') }} as right_members on right_members.record_key = decisions.right_key
where (decisions.decision = 'different' and left_members.household_key = right_members.household_key)
    or (decisions.decision = 'same' and left_members.household_key <> right_members.household_key
        and not exists (select 1 from {{ ref('int_identities__decisions') }} where decision = 'different'))
