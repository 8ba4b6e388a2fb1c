{{ config(meta={'dagster': {'ref': {'name': 'bridge_household_members'}}}) }}
-- Fails with each customer or lead that has no household, or more than one. Deleted and merged records count too: their
-- jobs and invoices are still somebody's.
with records as (
    select customer_key as record_key from {{ ref('int_customers__unioned') }}
    union all
    select lead_key from {{ ref('int_leads__unioned') }}
)

select records.record_key, count(members.household_key) as household_count
from records
left join {{ ref('bridge_household_members') }} as members on members.record_key = records.record_key
group by records.record_key
having count(members.household_key) <> 1
