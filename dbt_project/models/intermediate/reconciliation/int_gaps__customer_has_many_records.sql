-- One person stands in one dispatch account more often than an office may overlook. The figures hold, because households
-- count once however often they are recorded; the office does not: history, memberships and debts are spread over records.
with people as (
    select record_key, person_key from {{ ref('int_identities__registered') }} where valid_to is null
),

open_records as (
    select
        customers.customer_key,
        customers.platform,
        customers.account_id,
        customers.native_id,
        customers.native_url,
        people.person_key,
        records.first_seen_at
    from {{ ref('int_customers__unioned') }} as customers
    inner join people on people.record_key = customers.customer_key
    inner join {{ ref('int_identities__records') }} as records on records.record_key = customers.customer_key
    where not customers.is_deleted
      and coalesce(customers.is_active, true)
      and customers.merged_into_customer_key is null
),

-- Named after the oldest record, which a merge mostly keeps.
counted as (
    select
        *,
        count(*) over (partition by account_id, person_key) as record_count,
        string_agg(native_id, ', ' order by first_seen_at nulls last, native_id)
            over (partition by account_id, person_key) as native_ids,
        max(first_seen_at) over (partition by account_id, person_key) as last_seen_at,
        row_number() over (partition by account_id, person_key order by first_seen_at nulls last, native_id) as age_rank
    from open_records
)

select
    'customer' as entity,
    counted.customer_key as entity_key,
    counted.platform,
    counted.account_id,
    counted.native_id,
    counted.native_url,
    cast(null as varchar) as job_key,
    'at most ' || settings.value || ' records of one person' as expected,
    counted.record_count || ' records: ' || counted.native_ids as actual,
    cast(null as decimal(18, 2)) as difference_amount,
    cast(0 as decimal(18, 2)) as dollars_at_risk,
    {{ business_date('coalesce(counted.last_seen_at, data.as_of_at)', 'accounts.timezone') }} as occurred_on
from counted
inner join {{ ref('stg_operator__settings') }} as settings on settings.key = 'tolerances.customer_records'
left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = counted.account_id
cross join {{ ref('int_data__as_of') }} as data
where counted.age_rank = 1
  and counted.record_count > cast(settings.value as integer)
