-- Customers cannot be listed. One is known by the copies of it that its jobs and leads carry, each as old as its
-- record: the newest copy of a job wins over older ones, and a lead's counts only for somebody without a job, because
-- a lead shows who asked, who may be another member of the family. Copies of records that are gone come last.
with copies as (
    select
        platform, account_id, client_native_id as native_id, 'jobs' as known_from, native_id as record_native_id,
        job.FirstName as first_name, job.LastName as last_name, job.Company as company, job.Phone as phone,
        job.SecondPhone as second_phone, job.Email as email, booked_at as copied_at, removed_at, changed_at
    from {{ ref('base_workiz__jobs') }}
    where client_native_id is not null

    union all

    select
        platform, account_id, client_native_id, 'leads', native_id, lead.FirstName, lead.LastName, lead.Company,
        lead.Phone, lead.SecondPhone, lead.Email, created_at, removed_at, changed_at
    from {{ ref('base_workiz__leads') }}
    where client_native_id is not null
)

-- 'jobs' sorts before 'leads'.
select
    *,
    row_number() over (
        partition by account_id, native_id
        order by known_from, removed_at is not null, copied_at desc, record_native_id
    ) as preference
from copies
qualify known_from = min(known_from) over (partition by account_id, native_id)
