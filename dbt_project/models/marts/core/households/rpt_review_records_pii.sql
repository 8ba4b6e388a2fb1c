-- Grain: one record that the review queue asks about, as a steward has to see it to recognise the customer.
with queued as (
    select left_key as record_key from {{ ref('rpt_review_pairs_pii') }}
    union
    select right_key from {{ ref('rpt_review_pairs_pii') }}
),

members as (
    select members.record_key, members.household_key, members.person_key, members.platform, members.account_id,
        members.entity, members.native_id
    from {{ ref('bridge_household_members') }} as members
    inner join queued on queued.record_key = members.record_key
),

typed as (
    select customer_key as record_key, native_url, full_name, first_name, last_name, company_name, source_name,
        created_at, is_active
    from {{ ref('int_customers__unioned') }}
    union all
    select lead_key, native_url, full_name, first_name, last_name, company_name, source_name,
        coalesce(occurred_at, created_at), true
    from {{ ref('int_leads__unioned') }}
),

contacts as (
    select
        points.owner_key as record_key,
        string_agg(distinct coalesce(points.normalized_value, points.contact_value), ', '
            order by coalesce(points.normalized_value, points.contact_value)) filter (where points.contact_kind = 'phone')
            as phones,
        string_agg(distinct coalesce(points.normalized_value, points.contact_value), ', '
            order by coalesce(points.normalized_value, points.contact_value)) filter (where points.contact_kind = 'email')
            as emails
    from {{ ref('int_contact_points__normalized') }} as points
    inner join queued on queued.record_key = points.owner_key
    group by points.owner_key
),

addresses as (
    select
        locations.owner_key as record_key,
        string_agg(distinct locations.full_address, '; ' order by locations.full_address) as addresses
    from {{ ref('int_locations__normalized') }} as locations
    inner join queued on queued.record_key = locations.owner_key
    group by locations.owner_key
),

jobs as (
    select
        customer_key as record_key,
        count(*) as job_count,
        max(booked_on) as last_job_on,
        sum(booked_amount) as booked_amount,
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
    typed.source_name,
    coalesce(records.first_seen_at, typed.created_at) as first_seen_at,
    records.last_active_at,
    coalesce(jobs.job_count, 0) as job_count,
    jobs.last_job_on,
    cast(coalesce(jobs.booked_amount, 0) as decimal(18, 2)) as booked_amount,
    cast(coalesce(jobs.collected_amount, 0) as decimal(18, 2)) as collected_amount,
    coalesce(typed.is_active, true) as is_active,
    records.is_deleted
from members
inner join typed on typed.record_key = members.record_key
inner join {{ ref('int_identities__records') }} as records on records.record_key = members.record_key
left join contacts on contacts.record_key = members.record_key
left join addresses on addresses.record_key = members.record_key
left join jobs on jobs.record_key = members.record_key
