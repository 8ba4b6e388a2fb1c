-- Payments exist inside jobs, and as deposits inside estimates; an estimate that became a job may show the same ones.
-- A refund here is negative, as everywhere past staging.
with jobs as (
    select
        account_id, 'jobs' as object_name, native_id, customer_native_id, timezone, naive_tz,
        removed_at is not null as is_deleted, changed_at, job.payments as payments
    from {{ ref('base_servicefusion__jobs') }}
),

estimates as (
    select
        account_id, 'estimates', native_id, customer_native_id, timezone, naive_tz,
        removed_at is not null, changed_at, estimate.payments
    from {{ ref('base_servicefusion__estimates') }}
),

transactions as (
    select * exclude (payments), {{ json_elements('payments') }} as payment
    from (select * from jobs union all select * from estimates)
),

-- No id is guaranteed: the transaction's number, the processor's, else what it was, with a count where that repeats.
identified as (
    select
        *,
        coalesce(
            nullif(payment.payment_transaction_id, ''),
            nullif(payment.transaction_id, ''),
            md5(concat_ws('|', native_id, payment.received_on, payment.amount, payment.type))
        ) as transaction_id
    from transactions
),

counted as (
    select
        *,
        row_number() over (
            partition by account_id, object_name, native_id, transaction_id
            order by payment.created_at, payment.amount, payment.transaction_type
        ) as repetition
    from identified
),

numbered as (
    select *, transaction_id || case when repetition > 1 then '|' || repetition else '' end as payment_native_id
    from counted
),

-- The job's copy of a deposit, where both have it. The same transaction under two jobs stays two rows with one key, and
-- fails the contract: money must not count twice unnoticed.
deduplicated as (
    select *
    from numbered
    qualify object_name = 'jobs'
        or sum(case when object_name = 'jobs' then 1 else 0 end) over (partition by account_id, payment_native_id) = 0
),

mapped as (
    select
        *,
        case
            when nullif(payment.transaction_type, '') is null
                then case when cast(payment.amount as decimal(18, 2)) < 0 then 'refund' else 'payment' end
            else {{ canonical_value('servicefusion', 'payment.transaction_type', 'payment.transaction_type') }}
        end as transaction_kind,
        {{ doubtful_timestamp('payment.created_at', 'naive_tz') }} as created_at,
        {{ doubtful_timestamp('payment.updated_at', 'naive_tz') }} as updated_at,
        {{ calendar_date('payment.received_on') }} as received_on
    from deduplicated
),

-- A void may be the payment itself, changed, or a transaction of its own that names the payment it takes back.
voids as (
    select distinct account_id, object_name, native_id, payment.original_transaction_id as transaction_id
    from mapped
    where transaction_kind = 'void' and payment.original_transaction_id is not null
)

select
    'servicefusion' as platform,
    mapped.account_id,
    mapped.object_name,
    mapped.native_id as work_native_id,
    mapped.payment_native_id as native_id,
    mapped.customer_native_id,
    mapped.timezone,
    mapped.payment,
    mapped.transaction_kind,
    mapped.transaction_kind = 'void' or voids.transaction_id is not null as is_void,
    originals.payment_native_id as refunded_native_id,
    mapped.created_at,
    mapped.updated_at,
    mapped.received_on,
    cast(
        case
            when mapped.transaction_kind = 'refund' then -abs(cast(mapped.payment.amount as decimal(18, 2)))
            else cast(mapped.payment.amount as decimal(18, 2))
        end as decimal(18, 2)
    ) as amount,
    mapped.is_deleted,
    mapped.changed_at
from mapped
left join voids
    on voids.account_id = mapped.account_id
    and voids.object_name = mapped.object_name
    and voids.native_id = mapped.native_id
    and voids.transaction_id in (mapped.payment.payment_transaction_id, mapped.payment.transaction_id)
left join mapped as originals
    on originals.account_id = mapped.account_id
    and originals.object_name = mapped.object_name
    and originals.native_id = mapped.native_id
    and originals.repetition = 1
    and mapped.transaction_kind = 'refund'
    and mapped.payment.original_transaction_id
        in (originals.payment.payment_transaction_id, originals.payment.transaction_id)
