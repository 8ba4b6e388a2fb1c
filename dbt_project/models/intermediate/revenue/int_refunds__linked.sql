-- Which payment a refund gives back. Where the platform does not say: the same customer's latest payment of the same
-- amount within the 60 days before. Otherwise the refund stays unlinked, and says so.
with payments as (
    select * from {{ ref('int_payments__unioned') }}
    where not is_deleted and payment_status in ('succeeded', 'voided')
),

refunds as (
    select * from payments where payment_kind = 'refund'
),

stated as (
    select refunds.payment_key, originals.payment_key as refunds_payment_key
    from refunds
    inner join payments as originals on originals.payment_key = refunds.refunds_payment_key
),

same_amount as (
    select
        refunds.payment_key,
        originals.payment_key as refunds_payment_key,
        row_number() over (
            partition by refunds.payment_key order by originals.paid_at desc, originals.payment_key
        ) as candidate_rank
    from refunds
    inner join payments as originals
        on originals.customer_key = refunds.customer_key
        and originals.payment_kind = 'payment'
        and abs(originals.amount + refunds.amount) <= 0.01
        and originals.paid_at <= refunds.paid_at
        and originals.paid_at >= refunds.paid_at - interval '60 days'
    where refunds.payment_key not in (select payment_key from stated)
)

select
    refunds.payment_key,
    coalesce(stated.refunds_payment_key, same_amount.refunds_payment_key) as refunds_payment_key,
    case
        when stated.payment_key is not null then 'stated'
        when same_amount.payment_key is not null then 'same_amount'
        else 'unlinked'
    end as link_method
from refunds
left join stated on stated.payment_key = refunds.payment_key
left join same_amount on same_amount.payment_key = refunds.payment_key and same_amount.candidate_rank = 1
