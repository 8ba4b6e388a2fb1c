-- Grain: one customer record of a set that is one person in one dispatch account, still open: the vendor shows both.
with records as (
    select
        record_key, household_key, person_key, platform, account_id, native_id, native_url, first_seen_at, last_active_at,
        job_count, booked_amount, invoiced_amount, collected_amount,
        count(*) over (partition by account_id, platform, person_key) as record_count,
        sum(collected_amount) over (partition by account_id, platform, person_key) as set_collected_amount
    from {{ ref('dim_records_pii') }}
    where entity = 'customer' and is_active and not is_deleted
),

-- The record to keep is the one that a merge would hurt most to lose.
ranked as (
    select
        *,
        row_number() over (
            partition by account_id, platform, person_key
            order by collected_amount desc, job_count desc, first_seen_at, native_id
        ) as keep_position,
        count(*) over (partition by account_id, platform, person_key, collected_amount) as equally_collected,
        count(*) over (partition by account_id, platform, person_key, collected_amount, job_count) as equally_busy
    from records
    where record_count > 1
),

kept as (
    select
        account_id,
        platform,
        person_key,
        record_key,
        native_id,
        native_url,
        case
            when equally_collected = 1 then 'it collected most'
            when equally_busy = 1 then 'it has most jobs of those that collected as much'
            else 'it is the oldest'
        end as keep_reason
    from ranked
    where keep_position = 1
),

reasons as (
    select left_key, right_key, max_by(rule, (weight, rule)) as rule, max(weight) as weight
    from (
        select least(left_key, right_key) as left_key, greatest(left_key, right_key) as right_key, rule, weight
        from {{ ref('int_identities__edges') }}
    )
    group by left_key, right_key
)

select
    md5(ranked.platform || '|' || ranked.account_id || '|' || ranked.person_key) as duplicate_set_key,
    ranked.platform,
    ranked.account_id,
    ranked.household_key,
    ranked.person_key,
    ranked.record_key,
    ranked.native_id,
    ranked.native_url,
    case when ranked.keep_position = 1 then 'keep' else 'merge into the kept one' end as action,
    kept.record_key as keep_record_key,
    kept.native_id as keep_native_id,
    kept.native_url as keep_native_url,
    kept.keep_reason,
    case when ranked.keep_position > 1 then coalesce(reasons.rule, 'through a third record') end as rule,
    reasons.weight,
    ranked.record_count,
    ranked.first_seen_at,
    ranked.last_active_at,
    ranked.job_count,
    ranked.booked_amount,
    ranked.invoiced_amount,
    ranked.collected_amount,
    cast(ranked.set_collected_amount as decimal(18, 2)) as set_collected_amount
from ranked
inner join kept
    on kept.account_id = ranked.account_id and kept.platform = ranked.platform and kept.person_key = ranked.person_key
left join reasons
    on reasons.left_key = least(ranked.record_key, kept.record_key)
    and reasons.right_key = greatest(ranked.record_key, kept.record_key)
