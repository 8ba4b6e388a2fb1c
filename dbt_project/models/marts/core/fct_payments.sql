-- Every payment record that a vendor still shows, whatever became of it; only succeeded ones have collected anything.
with parts as (
    select
        payment_key,
        min(job_key) as job_key,
        min(household_key) as household_key,
        min(refunds_payment_key) as refunds_payment_key,
        min(refund_link_method) as refund_link_method,
        sum(case when is_void then 0 else amount end) as collected_amount,
        sum(case when is_void then 0 else tax_amount end) as collected_tax_amount,
        sum(case when invoice_key is not null then applied_amount else 0 end) as applied_amount
    from {{ ref('int_payments__applied') }}
    group by payment_key
),

members as (
    select record_key as customer_key, household_key
    from {{ ref('bridge_household_members') }}
    where entity = 'customer' and valid_to is null
)

select
    payments.payment_key,
    payments.platform,
    payments.account_id,
    payments.native_id,
    payments.native_url,
    accounts.brand_key,
    coalesce(parts.household_key, members.household_key) as household_key,
    payments.customer_key,
    coalesce(parts.job_key, payments.job_key) as job_key,
    payments.payment_kind,
    payments.payment_status,
    payments.payment_method,
    payments.paid_at,
    payments.paid_on,
    cast(payments.amount as decimal(18, 2)) as amount,
    cast(coalesce(parts.applied_amount, 0) as decimal(18, 2)) as applied_amount,
    cast(coalesce(parts.collected_amount, 0) as decimal(18, 2)) as collected_amount,
    cast(coalesce(parts.collected_tax_amount, 0) as decimal(18, 2)) as collected_tax_amount,
    payments.tip_amount,
    payments.surcharge_amount,
    payments.fee_amount,
    coalesce(parts.refunds_payment_key, payments.refunds_payment_key) as refunds_payment_key,
    parts.refund_link_method,
    payments._loaded_at
from {{ ref('int_payments__unioned') }} as payments
left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = payments.account_id
left join members on members.customer_key = payments.customer_key
left join parts on parts.payment_key = payments.payment_key
where not payments.is_deleted
