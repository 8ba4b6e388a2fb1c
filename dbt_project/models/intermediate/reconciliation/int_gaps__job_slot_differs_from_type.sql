-- The time kept free is not what such a job takes: the crew is late for the next one, or waits. Only where the platform
-- says how long a kind of job takes.
with slots as (
    select
        jobs.*,
        job_types.duration_minutes,
        date_diff('minute', jobs.scheduled_start_at, jobs.scheduled_end_at) as slot_minutes
    from {{ ref('int_jobs__unioned') }} as jobs
    inner join {{ ref('int_job_types__unioned') }} as job_types on job_types.job_type_key = jobs.job_type_key
    where not jobs.is_deleted
      and jobs.job_status not in ('canceled', 'unscheduled')
      and job_types.duration_minutes > 0
)

select
    'job' as entity,
    slots.job_key as entity_key,
    slots.platform,
    slots.account_id,
    slots.native_id,
    slots.native_url,
    slots.job_key,
    slots.duration_minutes || ' minutes' as expected,
    slots.slot_minutes || ' minutes' as actual,
    cast(null as decimal(18, 2)) as difference_amount,
    valued.worth_amount as dollars_at_risk,
    valued.booked_on as occurred_on
from slots
inner join {{ ref('int_jobs__valued') }} as valued on valued.job_key = slots.job_key
where abs(slots.slot_minutes - slots.duration_minutes) > {{ setting('tolerances.slot_minutes', 'integer') }}
