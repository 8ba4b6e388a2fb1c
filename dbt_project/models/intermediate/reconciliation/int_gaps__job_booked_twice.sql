-- The same work at the same place on the same day, booked again. A recall is work of its own. The first booking is right,
-- each later one is a gap.
with bookings as (
    select
        jobs.*,
        row_number() over same_work as booking_number,
        first_value(jobs.native_id) over same_work as first_native_id
    from {{ ref('int_jobs__unioned') }} as jobs
    left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = jobs.account_id
    where not jobs.is_deleted
      and jobs.job_status not in ('canceled', 'unscheduled')
      and jobs.recall_of_job_key is null
      and jobs.warranty_of_job_key is null
      and jobs.location_key is not null
      and coalesce(jobs.job_type_key, jobs.job_type_name) is not null
      and jobs.scheduled_start_at is not null
    window same_work as (
        partition by
            jobs.account_id, jobs.location_key, coalesce(jobs.job_type_key, jobs.job_type_name),
            {{ business_date('jobs.scheduled_start_at', 'accounts.timezone') }}
        order by jobs.booked_at, jobs.job_key
    )
)

select
    'job' as entity,
    bookings.job_key as entity_key,
    bookings.platform,
    bookings.account_id,
    bookings.native_id,
    bookings.native_url,
    bookings.job_key,
    'one booking, ' || bookings.first_native_id as expected,
    'booking ' || bookings.booking_number || ' of the same work' as actual,
    cast(null as decimal(18, 2)) as difference_amount,
    valued.worth_amount as dollars_at_risk,
    valued.booked_on as occurred_on
from bookings
inner join {{ ref('int_jobs__valued') }} as valued on valued.job_key = bookings.job_key
where bookings.booking_number > 1
