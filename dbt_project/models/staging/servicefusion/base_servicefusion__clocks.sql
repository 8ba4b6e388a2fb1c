-- Do the stamps tell the time that the calendar tells? Visits are written in the company's own time; whether a stamp with
-- +00:00 is UTC, nobody confirmed. Read too early, jobs close before they begin; read too late, they are made after they
-- began. Either happens now and then; for a third of the jobs that were made or closed on the day of the visit, it
-- does not.
with jobs as (
    select
        account_id,
        booked_at,
        closed_at,
        scheduled_start_at,
        {{ business_date('scheduled_start_at', 'timezone') }} as scheduled_on,
        {{ business_date('booked_at', 'timezone') }} as booked_on,
        {{ business_date('closed_at', 'timezone') }} as closed_on
    from {{ ref('base_servicefusion__jobs') }}
    where scheduled_start_at is not null and job.time_frame_promised_start is not null
),

counted as (
    select
        account_id,
        count(case when booked_on = scheduled_on then 1 end) as made_that_day,
        count(case when booked_on = scheduled_on and booked_at > scheduled_start_at then 1 end) as made_after_start,
        count(case when closed_on = scheduled_on then 1 end) as closed_that_day,
        count(case when closed_on = scheduled_on and closed_at < scheduled_start_at then 1 end) as closed_before_start
    from jobs
    group by account_id
)

select
    account_id,
    made_that_day,
    made_after_start,
    closed_that_day,
    closed_before_start,
    case
        when closed_that_day >= 10 and 3 * closed_before_start > closed_that_day
            then 'stamps are read too early: set options.naive_tz to the zone of the company'
        when made_that_day >= 10 and 3 * made_after_start > made_that_day
            then 'stamps are read too late: remove options.naive_tz'
        else 'plausible'
    end as verdict
from counted
