-- Grain: one pair of records that a steward should decide, with everything that speaks for it. Kept apart: evidence
-- quotes numbers, mailboxes and addresses.
with queue as (
    select review_key, left_key, right_key, left_household_key, right_household_key, reason, evidence, weight
    from {{ ref('int_identities__review_queue') }}
),

rules as (
    select
        queue.review_key,
        string_agg(distinct edges.rule || ' ' || cast(cast(edges.weight as decimal(4, 2)) as varchar), ', '
            order by edges.rule || ' ' || cast(cast(edges.weight as decimal(4, 2)) as varchar)) as rules
    from queue
    inner join {{ ref('int_identities__edges') }} as edges
        on least(edges.left_key, edges.right_key) = queue.left_key
        and greatest(edges.left_key, edges.right_key) = queue.right_key
    group by queue.review_key
),

money as (
    select household_key, sum(booked_amount) as booked_amount
    from {{ ref('fct_jobs') }}
    group by household_key
),

weighed as (
    select
        queue.*,
        rules.rules,
        cast(coalesce(left_money.booked_amount, 0) + coalesce(right_money.booked_amount, 0) as decimal(18, 2))
            as at_stake_amount
    from queue
    left join rules on rules.review_key = queue.review_key
    left join money as left_money on left_money.household_key = queue.left_household_key
    left join money as right_money on right_money.household_key = queue.right_household_key
)

select
    review_key,
    row_number() over (order by weight desc, at_stake_amount desc, review_key) as review_position,
    left_key,
    right_key,
    left_household_key,
    right_household_key,
    reason,
    evidence,
    rules,
    weight,
    at_stake_amount
from weighed
