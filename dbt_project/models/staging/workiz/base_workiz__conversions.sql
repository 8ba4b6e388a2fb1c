-- Which job a converted lead became: nothing says so. Of the jobs of the same customer that are not older than the
-- lead, it is the one made when the lead was converted, that is, nearest to its last change of status. A job is taken
-- once.
with candidates as (
    select
        leads.account_id,
        leads.native_id as lead_native_id,
        jobs.native_id as job_native_id,
        jobs.booked_at,
        abs(
            extract(epoch from jobs.booked_at)
            - extract(epoch from coalesce(leads.status_changed_at, leads.created_at))
        ) as distance
    from {{ ref('base_workiz__leads') }} as leads
    inner join {{ ref('base_workiz__jobs') }} as jobs
        on jobs.account_id = leads.account_id
        and jobs.client_native_id = leads.client_native_id
        and jobs.booked_at >= leads.created_at
    where leads.lead_status = 'booked' and leads.removed_at is null and jobs.removed_at is null
),

nearest as (
    select *
    from candidates
    qualify row_number() over (
        partition by account_id, lead_native_id order by distance, booked_at, job_native_id
    ) = 1
)

select account_id, lead_native_id, job_native_id, booked_at
from nearest
qualify row_number() over (partition by account_id, job_native_id order by distance, lead_native_id) = 1
