-- Which records describe one and the same request. Two are linked when a system says so (the same job, the call that made
-- the lead), or when household and brand agree, at least one has no job of its own yet, no two trades contradict, and they
-- lie within 48 hours. A record without a time (some platforms give none) pairs by order with the household's records of
-- the other systems. Groups are the connected components of these links.
with recursive records as (
    select * from {{ ref('int_lead_records__unioned') }}
),

same_job as (
    select
        record_key,
        min(record_key) over (partition by job_key) as other_key
    from records
    where job_key is not null
),

stated as (
    select records.record_key, linked.record_key as other_key
    from records
    inner join records as linked on linked.record_key = records.linked_record_key
),

-- A request comes before its booking, so a record without a job belongs to the next one that has a job; failing that,
-- to the one before it.
near as (
    select
        loose.record_key,
        others.record_key as other_key,
        row_number() over (
            partition by loose.record_key
            order by
                case when others.job_key is not null and others.occurred_at >= loose.occurred_at then 0 else 1 end,
                abs(extract(epoch from others.occurred_at) - extract(epoch from loose.occurred_at)),
                others.record_key
        ) as nearness
    from records as loose
    inner join records as others
        on others.household_key = loose.household_key
        and others.brand_key = loose.brand_key
        and others.record_key <> loose.record_key
        and others.occurred_at between loose.occurred_at - interval '48 hours' and loose.occurred_at + interval '48 hours'
        and (others.trade is null or loose.trade is null or others.trade = loose.trade)
        and (
            others.job_key is not null
            or others.occurred_at < loose.occurred_at
            or (others.occurred_at = loose.occurred_at and others.record_key < loose.record_key)
        )
    where loose.job_key is null
),

timeless as (
    select
        *,
        row_number() over (
            partition by household_key, brand_key, account_id, coalesce(trade, '') order by record_key
        ) as ordinal
    from records
    where occurred_at is null and job_key is null and household_key is not null
),

timed as (
    select
        records.*,
        row_number() over (
            partition by records.household_key, records.brand_key, coalesce(records.trade, '')
            order by records.occurred_at, records.record_key
        ) as ordinal
    from records
    where records.occurred_at is not null and records.job_key is null and records.is_proof
),

paired as (
    select timeless.record_key, timed.record_key as other_key
    from timeless
    inner join timed
        on timed.household_key = timeless.household_key
        and timed.brand_key = timeless.brand_key
        and coalesce(timed.trade, '') = coalesce(timeless.trade, '')
        and timed.account_id <> timeless.account_id
        and timed.ordinal = timeless.ordinal
),

links as (
    select record_key, other_key from same_job where record_key <> other_key
    union
    select record_key, other_key from stated where record_key <> other_key
    union
    select record_key, other_key from near where nearness = 1
    union
    select record_key, other_key from paired
),

both_ways as (
    select record_key, other_key from links
    union
    select other_key, record_key from links
),

reached (record_key, reached_key) as (
    select record_key, record_key from records
    union
    select reached.record_key, both_ways.other_key
    from reached
    inner join both_ways on both_ways.record_key = reached.reached_key
)

-- Named after a lead record where there is one.
select
    record_key,
    coalesce(min(case when reached_key not like 'call-%' then reached_key end), min(reached_key)) as lead_key
from reached
group by record_key
