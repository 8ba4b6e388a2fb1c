-- One derived invoice per billed job. It has no number and no date of its own: it is dated by the completion, before
-- that (a deposit) by the booking, and what changes later changes it in place.
with jobs as (
    select
        *,
        case
            when status = 'canceled' then 'canceled'
            when balance_amount <= 0 then 'paid'
            when balance_amount <= total_amount then 'open'
            -- More due than asked for: then the total does not include what we think it does.
        end as invoice_status
    from {{ ref('base_workiz__jobs') }}
    where is_billed
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as invoice_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    removed_at is not null as is_deleted,
    cast(null as varchar) as invoice_number,
    'job' as invoice_kind,
    invoice_status,
    job.JobAmountDue || ' due of ' || job.JobTotalPrice as vendor_balance,
    {{ entity_key('platform', 'account_id', 'native_id') }} as job_key,
    {{ entity_key('platform', 'account_id', 'client_native_id') }} as customer_key,
    {{ entity_key('platform', 'account_id', 'location_native_id') }} as location_key,
    cast(null as varchar) as membership_key,
    cast(null as varchar) as adjusts_invoice_key,
    {{ business_date('coalesce(completed_at, booked_at)', 'timezone') }} as invoiced_on,
    {{ calendar_date("nullif(job.PaymentDueDate, '')") }} as due_on,
    -- When it was first read as paid: the vendor tells no time.
    case when invoice_status = 'paid' and total_amount > 0 then {{ business_date('changed_at', 'timezone') }} end
        as paid_on,
    subtotal_amount,
    discount_amount,
    tax_amount,
    total_amount,
    balance_amount,
    canceled_at as voided_at,
    cast(null as varchar) as vendor_attributes,
    changed_at as _loaded_at
from jobs
