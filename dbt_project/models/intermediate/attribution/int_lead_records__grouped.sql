-- Which records describe one and the same request. Two are linked when a system says so (the same job, the call that made
-- the lead), or when household and brand agree, at least one has no job of its own yet, no two trades contradict, and they
-- lie within 48 hours. Groups are the connected components of these links.
with recursive records as (
    select
        *,
        -- A record with a job and no time of its own is as old as the job.
        coalesce(occurred_at, case when job_key is not null then booked_at end) as matched_at
    from {{ ref('int_lead_records__unioned') }}
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
                case when others.job_key is not null and others.matched_at >= loose.matched_at then 0 else 1 end,
                abs(extract(epoch from others.matched_at) - extract(epoch from loose.matched_at)),
                others.record_key
        ) as nearness
    from records as loose
    inner join records as others
        on others.household_key = loose.household_key
        and others.brand_key = loose.brand_key
        and others.record_key <> loose.record_key
        and others.matched_at between loose.matched_at - interval '48 hours' and loose.matched_at + interval '48 hours'
        and (others.trade is null or loose.trade is null or others.trade = loose.trade)
        and (
            others.job_key is not null
            or others.matched_at < loose.matched_at
            or (others.matched_at = loose.matched_at and others.record_key < loose.record_key)
        )
    where loose.job_key is null
),

-- Some platforms give a lead no time at all. Without a job to date it, the n-th such lead of a household is its n-th
-- request that no other rule has placed.
timeless as (
    select
        *,
        row_number() over (partition by household_key, brand_key, account_id order by native_id) as ordinal
    from records
    where matched_at is null and household_key is not null
),

unplaced as (
    select
        records.*,
        row_number() over (
            partition by records.household_key, records.brand_key
            order by records.matched_at, records.record_key
        ) as ordinal
    from records
    left join near on near.record_key = records.record_key and near.nearness = 1
    where records.matched_at is not null
      and records.job_key is null
      and records.is_proof
      and not records.is_booked
      and (near.record_key is null or near.other_key = records.linked_record_key)
      and records.record_key not in (select other_key from stated)
),

paired as (
    select timeless.record_key, unplaced.record_key as other_key
    from timeless
    inner join unplaced
        on unplaced.household_key = timeless.household_key
        and unplaced.brand_key = timeless.brand_key
        and unplaced.account_id <> timeless.account_id
        and unplaced.ordinal = timeless.ordinal
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
