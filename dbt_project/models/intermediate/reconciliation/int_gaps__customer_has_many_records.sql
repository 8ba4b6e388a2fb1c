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

crowds as (
    select
        open_records.account_id,
        open_records.person_key,
        settings.value as tolerance,
        count(*) as record_count,
        string_agg(open_records.native_id, ', ' order by first_seen_at nulls last, open_records.native_id) as native_ids,
        max(first_seen_at) as last_seen_at
    from open_records
    inner join {{ ref('stg_operator__settings') }} as settings on settings.key = 'tolerances.customer_records'
    group by open_records.account_id, open_records.person_key, settings.value
    having count(*) > cast(settings.value as integer)
),

-- Named after the oldest record, which a merge mostly keeps.
aged as (
    select
        open_records.*,
        crowds.tolerance,
        crowds.record_count,
        crowds.native_ids,
        crowds.last_seen_at,
        row_number() over (
            partition by open_records.account_id, open_records.person_key
            order by open_records.first_seen_at nulls last, open_records.native_id
        ) as age_rank
    from open_records
    inner join crowds on crowds.account_id = open_records.account_id and crowds.person_key = open_records.person_key
)

select
    'customer' as entity,
    aged.customer_key as entity_key,
    aged.platform,
    aged.account_id,
    aged.native_id,
    aged.native_url,
    cast(null as varchar) as job_key,
    'at most ' || aged.tolerance || ' records of one person' as expected,
    aged.record_count || ' records: ' || aged.native_ids as actual,
    cast(null as decimal(18, 2)) as difference_amount,
    cast(0 as decimal(18, 2)) as dollars_at_risk,
    {{ business_date('coalesce(aged.last_seen_at, data.as_of_at)', 'accounts.timezone') }} as occurred_on
from aged
left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = aged.account_id
cross join {{ ref('int_data__as_of') }} as data
where aged.age_rank = 1
