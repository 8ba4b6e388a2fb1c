-- Payment records that are cash in or back; sizes here, signs from what they are. A record among them that moves no cash (an
-- opening balance, a correction, a bad debt, the invoice itself) is left out.
with records as (
    select
        *,
        'jobber' as platform,
        {{ json_fields('payload', text_fields(
            ['__typename', 'amount', 'adjustmentType', 'paymentType', 'entryDate', 'details', 'checkNumber',
             'transactionStatus', 'tipAmount', 'feeAmount'],
            {
                'client': text_fields(['id']),
                'invoice': text_fields(['id']),
                'quote': text_fields(['id']),
                'refundedPaymentRecord': text_fields(['id'])
            }
        )) }} as record
    from {{ source('jobber', 'payment_records') }}
),

mapped as (
    select
        *,
        {{ canonical_value('jobber', 'paymentRecord.adjustmentType', 'record.adjustmentType') }} as payment_kind
    from records
),

cash as (
    select * from mapped where payment_kind is distinct from 'no cash'
),

-- Only the vendor's own refunds name their payment; another one's is known where the invoice has one payment only.
sole_payments as (
    select account_id, record.invoice.id as invoice_native_id, min(native_id) as native_id
    from cash
    where payment_kind = 'payment' and record.invoice.id is not null and removed_at is null
    group by account_id, record.invoice.id
    having count(*) = 1
),

-- A deposit may stand on a quote only; the job made from the quote is the one that it pays.
quoted_jobs as (
    select account_id, job.quote.id as quote_native_id, min(native_id) as job_native_id
    from {{ ref('base_jobber__jobs') }}
    where job.quote.id is not null
    group by account_id, job.quote.id
)

select
    cash.*,
    {{ utc_timestamp('cash.record.entryDate') }} as paid_at,
    cast(cash.record.amount as decimal(18, 2)) * case when cash.payment_kind = 'refund' then -1 else 1 end as amount,
    coalesce(invoices.job_native_id, quoted_jobs.job_native_id) as job_native_id,
    case when cash.payment_kind = 'refund' then
        coalesce(cash.record.refundedPaymentRecord.id, sole_payments.native_id)
    end as refunded_native_id,
    accounts.timezone
from cash
left join {{ ref('base_jobber__invoices') }} as invoices
    on invoices.account_id = cash.account_id and invoices.native_id = cash.record.invoice.id
left join quoted_jobs
    on quoted_jobs.account_id = cash.account_id and quoted_jobs.quote_native_id = cash.record.quote.id
left join sole_payments
    on sole_payments.account_id = cash.account_id and sole_payments.invoice_native_id = cash.record.invoice.id
left join {{ ref('stg_operator__accounts') }} as accounts
    on accounts.platform = cash.platform and accounts.account_id = cash.account_id
