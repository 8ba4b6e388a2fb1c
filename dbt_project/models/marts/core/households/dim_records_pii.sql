-- Grain: one customer or lead record, as a person reads it: what was typed, what it earned, what became of it.
with typed as (
    select customer_key as record_key, native_url, full_name, first_name, last_name, company_name,
        coalesce(is_active, true) and merged_into_customer_key is null as is_active
    from {{ ref('int_customers__unioned') }}
    union all
    select lead_key, native_url, full_name, first_name, last_name, company_name, true
    from {{ ref('int_leads__unioned') }}
),

contacts as (
    select
        owner_key as record_key,
        string_agg(distinct coalesce(normalized_value, contact_value), ', '
            order by coalesce(normalized_value, contact_value)) filter (where contact_kind = 'phone') as phones,
        string_agg(distinct coalesce(normalized_value, contact_value), ', '
            order by coalesce(normalized_value, contact_value)) filter (where contact_kind = 'email') as emails
    from {{ ref('int_contact_points__normalized') }}
    group by owner_key
),

addresses as (
    select owner_key as record_key, string_agg(distinct full_address, '; ' order by full_address) as addresses
    from {{ ref('int_locations__normalized') }}
    group by owner_key
),

jobs as (
    select
        customer_key as record_key,
        count(*) as job_count,
        max(booked_on) as last_job_on,
        sum(booked_amount) as booked_amount,
        sum(invoiced_amount) as invoiced_amount,
        sum(collected_amount) as collected_amount
    from {{ ref('fct_jobs') }}
    group by customer_key
)

select
    members.record_key,
    members.household_key,
    members.person_key,
    members.platform,
    members.account_id,
    members.entity,
    members.native_id,
    typed.native_url,
    coalesce(nullif(trim(typed.full_name), ''), nullif(concat_ws(' ', typed.first_name, typed.last_name), '')) as name,
    typed.company_name,
    contacts.phones,
    contacts.emails,
    addresses.addresses,
    records.source_name,
    records.first_seen_at,
    records.last_active_at,
    coalesce(jobs.job_count, 0) as job_count,
    jobs.last_job_on,
    cast(coalesce(jobs.booked_amount, 0) as decimal(18, 2)) as booked_amount,
    cast(coalesce(jobs.invoiced_amount, 0) as decimal(18, 2)) as invoiced_amount,
    cast(coalesce(jobs.collected_amount, 0) as decimal(18, 2)) as collected_amount,
    typed.is_active,
    records.is_deleted
from {{ ref('bridge_household_members') }} as members
inner join typed on typed.record_key = members.record_key
inner join {{ ref('int_identities__records') }} as records on records.record_key = members.record_key
left join contacts on contacts.record_key = members.record_key
left join addresses on addresses.record_key = members.record_key
left join jobs on jobs.record_key = members.record_key
