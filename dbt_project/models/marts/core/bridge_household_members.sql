-- Grain: one customer or lead record, in the household and person it belongs to now.
with members as (
    select * from {{ ref('int_identities__registered') }} where valid_to is null
),

edges_inside as (
    select edges.left_key, edges.right_key, edges.rule, edges.weight
    from {{ ref('int_identities__edges') }} as edges
    inner join members as one on one.record_key = edges.left_key
    inner join members as other on other.record_key = edges.right_key
    where other.household_key = one.household_key
),

edge_ends as (
    select left_key as record_key, rule, weight from edges_inside
    union all
    select right_key, rule, weight from edges_inside
),

-- The strongest reason that ties the record to another one of the same household.
reasons as (
    select record_key, max_by(rule, (weight, rule)) as rule
    from edge_ends
    group by record_key
),

sizes as (
    select household_key, count(*) as record_count from members group by household_key
)

select
    members.household_key,
    members.person_key,
    records.platform,
    records.account_id,
    records.entity,
    records.native_id,
    members.record_key,
    coalesce(reasons.rule, case when sizes.record_count = 1 then 'only_record' else 'steward_same' end) as rule,
    members.valid_from,
    members.valid_to
from members
inner join {{ ref('int_identities__records') }} as records on records.record_key = members.record_key
inner join sizes on sizes.household_key = members.household_key
left join reasons on reasons.record_key = members.record_key
