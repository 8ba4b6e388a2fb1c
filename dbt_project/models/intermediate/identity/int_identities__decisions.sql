-- A steward's decisions, by record. A decision on a record that no longer exists waits until it does.
with decisions as (
    select
        {{ entity_key('left_platform', 'left_account_id', 'left_native_id') }} as left_key,
        {{ entity_key('right_platform', 'right_account_id', 'right_native_id') }} as right_key,
        left_entity,
        right_entity,
        lower(trim(decision)) as decision,
        decided_at,
        decided_by,
        note
    from {{ ref('stg_operator__identity_overrides') }}
)

select
    least(decisions.left_key, decisions.right_key) as left_key,
    greatest(decisions.left_key, decisions.right_key) as right_key,
    decisions.decision,
    max(decisions.decided_at) as decided_at,
    max(decisions.decided_by) as decided_by,
    max(decisions.note) as note
from decisions
inner join {{ ref('int_identities__records') }} as left_records
    on left_records.record_key = decisions.left_key and left_records.entity = decisions.left_entity
inner join {{ ref('int_identities__records') }} as right_records
    on right_records.record_key = decisions.right_key and right_records.entity = decisions.right_entity
where decisions.left_key <> decisions.right_key
group by least(decisions.left_key, decisions.right_key), greatest(decisions.left_key, decisions.right_key),
    decisions.decision
