-- Grain: one household, with what tells a person who it is. Kept apart so that dim_households can be shared
-- freely.
{{ config(meta={'contains_pii': true}) }}

with members as (
    select household_key, person_key, record_key, entity from {{ ref('bridge_household_members') }}
),

names as (
    select
        members.household_key,
        coalesce(customers.full_name, leads.full_name,
            nullif(concat_ws(' ', customers.first_name, customers.last_name), ''),
            nullif(concat_ws(' ', leads.first_name, leads.last_name), ''),
            customers.company_name, leads.company_name) as display_name,
        members.entity,
        coalesce(customers.created_at, leads.created_at) as created_at,
        members.record_key
    from members
    left join {{ ref('int_customers__unioned') }} as customers on customers.customer_key = members.record_key
    left join {{ ref('int_leads__unioned') }} as leads on leads.lead_key = members.record_key
),

display_names as (
    select household_key, display_name
    from names
    where display_name is not null
    qualify row_number() over (partition by household_key order by entity, created_at, record_key) = 1
),

contacts as (
    select
        members.household_key,
        string_agg(distinct points.normalized_value, ', ' order by points.normalized_value)
            filter (where points.contact_kind = 'phone') as phones,
        string_agg(distinct points.normalized_value, ', ' order by points.normalized_value)
            filter (where points.contact_kind = 'email') as emails
    from members
    inner join {{ ref('int_contact_points__normalized') }} as points on points.owner_key = members.record_key
    where points.is_evidence and not points.is_deleted
    group by members.household_key
),

addresses as (
    select
        members.household_key,
        string_agg(distinct locations.full_address, '; ' order by locations.full_address) as addresses
    from members
    inner join {{ ref('int_locations__normalized') }} as locations on locations.owner_key = members.record_key
    where locations.is_evidence and not locations.is_deleted
    group by members.household_key
)

select
    households.household_key,
    display_names.display_name,
    contacts.phones,
    contacts.emails,
    addresses.addresses
from (select distinct household_key from members) as households
left join display_names on display_names.household_key = households.household_key
left join contacts on contacts.household_key = households.household_key
left join addresses on addresses.household_key = households.household_key
