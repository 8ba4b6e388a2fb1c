-- There are no payments to read. What a job's total has over its amount due was paid: each change of that from one
-- balance to the next is a payment, or, when it goes down, a refund, dated by the first time the balance was read.
-- Together they are always what the job has been paid now: a balance that came back to an earlier one (a payment
-- taken back) is closed by a movement of its own, because a balance is dated once.
with jobs as (
    select * from {{ ref('base_workiz__jobs') }}
),

balances as (
    select
        account_id,
        native_id,
        {{ json_fields('payload', text_fields(['UUID', 'JobTotalPrice', 'JobAmountDue'])) }} as balance,
        changed_at
    from {{ source('workiz', 'job_balances') }}
),

paid as (
    select
        account_id,
        balance.UUID as job_native_id,
        native_id,
        cast(balance.JobTotalPrice as decimal(18, 2)) - cast(balance.JobAmountDue as decimal(18, 2)) as paid_amount,
        changed_at as seen_at
    from balances
),

changes as (
    select
        *,
        paid_amount - coalesce(
            lag(paid_amount) over (partition by account_id, job_native_id order by seen_at, native_id), 0
        ) as amount
    from paid
),

known as (
    select account_id, job_native_id, sum(amount) as paid_amount, max(seen_at) as seen_at
    from changes
    group by account_id, job_native_id
),

movements as (
    select account_id, job_native_id, native_id, seen_at, amount from changes

    union all

    select
        jobs.account_id,
        jobs.native_id,
        jobs.native_id || '|closing',
        greatest(jobs.changed_at, coalesce(known.seen_at, jobs.changed_at)),
        jobs.paid_amount - coalesce(known.paid_amount, 0)
    from jobs
    left join known on known.account_id = jobs.account_id and known.job_native_id = jobs.native_id
)

select
    jobs.platform,
    movements.account_id,
    movements.native_id,
    movements.job_native_id,
    jobs.client_native_id,
    jobs.timezone,
    jobs.removed_at,
    cast(movements.amount as decimal(18, 2)) as amount,
    movements.seen_at
from movements
inner join jobs on jobs.account_id = movements.account_id and jobs.native_id = movements.job_native_id
where movements.amount <> 0
