-- Jobs with what several models read off them: times as UTC, the price, what was paid, who and where.
with parsed as (
    select
        *,
        'workiz' as platform,
        {{ json_fields('payload', text_fields(
            ['SerialId', 'LocationId', 'LocationKey', 'ClientId', 'JobDateTime', 'JobEndDateTime', 'CreatedDate',
             'LastStatusUpdate', 'PaymentDueDate', 'Status', 'SubStatus', 'JobTotalPrice', 'SubTotal', 'JobAmountDue',
             'FirstName', 'LastName', 'Company', 'Phone', 'SecondPhone', 'Email', 'Address', 'Unit', 'City', 'State',
             'PostalCode', 'Country', 'Latitude', 'Longitude', 'JobType', 'JobSource', 'ReferralCompany',
             'ServiceArea', 'Timezone', 'JobNotes'],
            {
                'Tags': ['VARCHAR'],
                'Team': ['VARCHAR'],
                'LineItems': [text_fields(
                    ['Id', 'Quantity', 'Price', 'Cost', 'Taxable', 'Name', 'Description', 'Type']
                )]
            }
        )) }} as job
    from {{ source('workiz', 'jobs') }}
),

-- Jobs that anything was ever paid for, also what was given back since.
paid_once as (
    select distinct account_id, {{ json_text('payload', '$.UUID') }} as native_id
    from {{ source('workiz', 'job_balances') }}
    where {{ json_text('payload', '$.JobTotalPrice') }} <> {{ json_text('payload', '$.JobAmountDue') }}
),

-- Times are the wall clock of the account. A job's own Timezone is not used: nobody established what it says.
timed as (
    select
        parsed.*,
        accounts.timezone,
        {{ canonical_value('workiz', 'job.status', 'job.Status') }} as status,
        lower(job.Status) = 'done pending approval' as awaits_approval,
        nullif(job.ClientId, '') as client_native_id,
        nullif(trim(job.JobSource), '') as source_name,
        nullif(trim(job.JobType), '') as job_type_name,
        {{ json_text('job.Team[1]', '$.id') }} as technician_native_id,
        {{ utc_from_local('job.CreatedDate', 'accounts.timezone') }} as booked_at,
        {{ utc_from_local('job.JobDateTime', 'accounts.timezone') }} as scheduled_start_at,
        {{ utc_from_local('job.JobEndDateTime', 'accounts.timezone') }} as scheduled_end_at,
        {{ utc_from_local('job.LastStatusUpdate', 'accounts.timezone') }} as status_changed_at,
        coalesce(cast(nullif(job.JobTotalPrice, '') as decimal(18, 2)), 0) as total_amount,
        coalesce(cast(nullif(job.JobAmountDue, '') as decimal(18, 2)), 0) as balance_amount,
        cast(nullif(job.SubTotal, '') as decimal(18, 2)) as vendor_subtotal_amount,
        paid_once.native_id is not null as was_paid
    from parsed
    left join paid_once on paid_once.account_id = parsed.account_id and paid_once.native_id = parsed.native_id
    left join {{ ref('stg_operator__accounts') }} as accounts
        on accounts.platform = parsed.platform and accounts.account_id = parsed.account_id
)

select
    *,
    case when status = 'completed' then coalesce(status_changed_at, scheduled_end_at, booked_at) end as completed_at,
    case when status = 'canceled' then coalesce(status_changed_at, booked_at) end as canceled_at,
    total_amount - balance_amount as paid_amount,
    -- What the total has over the subtotal is taken for tax, what it lacks for a discount: no field has either.
    least(total_amount, coalesce(vendor_subtotal_amount, total_amount)) as subtotal_amount,
    greatest(total_amount - coalesce(vendor_subtotal_amount, total_amount), 0) as tax_amount,
    greatest(coalesce(vendor_subtotal_amount, total_amount) - total_amount, 0) as discount_amount,
    -- There are no invoices. A job stands for one once its work is done and approved, or money came in for it.
    (status = 'completed' and not awaits_approval) or total_amount <> balance_amount or was_paid as is_billed,
    -- Without an id of its own an address is its customer's text.
    coalesce(
        nullif(job.LocationId, ''),
        client_native_id || '|' || lower(coalesce(nullif(trim(job.LocationKey), ''), nullif(trim(job.Address), '')))
    ) as location_native_id
from timed
