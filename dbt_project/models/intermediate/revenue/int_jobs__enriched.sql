-- Jobs with what money and attribution ask of them: brand, household, trade, the opportunity they belong to, whether
-- the household is new. Records that a vendor deleted are left to the conformed layer.
with members as (
    select record_key as customer_key, household_key, person_key
    from {{ ref('bridge_household_members') }}
    where entity = 'customer' and valid_to is null
),

single_trades as (
    select brand_key, trades as trade
    from {{ ref('stg_operator__brands') }}
    where trades not like '%,%' and trades <> ''
),

-- A void takes the invoice off the books, whatever was earned on it.
standing_invoices as (
    select job_key, sum(subtotal_amount) as invoiced_amount
    from {{ ref('int_invoices__enriched') }}
    where job_key is not null and not is_void
    group by job_key
),

jobs as (
    select
        jobs.job_key,
        jobs.platform,
        jobs.account_id,
        jobs.native_id,
        jobs.native_url,
        jobs.job_number,
        accounts.brand_key,
        accounts.timezone,
        members.household_key,
        members.person_key,
        jobs.customer_key,
        jobs.location_key,
        coalesce(jobs.trade, job_types.trade, single_trades.trade) as trade,
        jobs.job_type_name,
        job_types.job_class,
        jobs.business_unit_name,
        jobs.technician_key,
        jobs.campaign_key,
        jobs.source_name,
        jobs.lead_key as record_lead_key,
        jobs.call_key as record_call_key,
        jobs.membership_key,
        jobs.origin_estimate_key,
        opportunities.opportunity_key,
        jobs.job_status,
        jobs.job_status = 'completed' as is_completed,
        jobs.job_status = 'canceled' as is_canceled,
        coalesce(jobs.is_no_charge, false) as is_no_charge,
        jobs.recall_of_job_key is not null or jobs.warranty_of_job_key is not null as is_recall,
        coalesce(jobs.booked_at, jobs.created_at) as booked_at,
        coalesce(jobs.booked_on, {{ business_date('jobs.created_at', 'accounts.timezone') }}) as booked_on,
        jobs.scheduled_start_at,
        jobs.completed_at,
        jobs.completed_on,
        case when jobs.job_status = 'canceled' then coalesce(jobs.canceled_at, jobs.updated_at, jobs.booked_at) end
            as canceled_at,
        case when jobs.job_status = 'canceled' then
            coalesce(
                jobs.canceled_on,
                {{ business_date('coalesce(jobs.canceled_at, jobs.updated_at)', 'accounts.timezone') }},
                jobs.booked_on
            )
        end as canceled_on,
        coalesce(jobs.total_amount, 0) as total_amount,
        jobs.subtotal_amount,
        coalesce(standing_invoices.invoiced_amount, 0) as invoiced_amount,
        jobs._loaded_at
    from {{ ref('int_jobs__unioned') }} as jobs
    inner join {{ ref('int_jobs__opportunities') }} as opportunities on opportunities.job_key = jobs.job_key
    left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = jobs.account_id
    left join {{ ref('int_job_types__unioned') }} as job_types on job_types.job_type_key = jobs.job_type_key
    left join single_trades on single_trades.brand_key = accounts.brand_key
    left join members on members.customer_key = jobs.customer_key
    left join standing_invoices on standing_invoices.job_key = jobs.job_key
    where not jobs.is_deleted
),

-- A household is new again once it has had nothing done for the configured time.
earlier_work as (
    select
        jobs.job_key,
        max(earlier.completed_at) as last_completed_at
    from jobs
    inner join jobs as earlier
        on earlier.household_key = jobs.household_key
        and earlier.job_key <> jobs.job_key
        and earlier.completed_at <= jobs.booked_at
    where jobs.booked_at is not null
    group by jobs.job_key
),

paid_work as (
    select
        job_key,
        lag(completed_at) over (partition by household_key order by completed_at, job_key) as previous_paid_at
    from jobs
    where household_key is not null and is_completed and invoiced_amount > 0
)

select
    jobs.*,
    earlier_work.last_completed_at is null
    or earlier_work.last_completed_at
        < jobs.booked_at - {{ setting('attribution.new_customer_after_months', 'integer') }} * interval '1 month'
        as is_new_customer,
    coalesce(
        paid_work.job_key is not null
        and (
            paid_work.previous_paid_at is null
            or paid_work.previous_paid_at
                < jobs.completed_at
                - {{ setting('attribution.new_customer_after_months', 'integer') }} * interval '1 month'
        ),
        false
    ) as is_acquisition
from jobs
left join earlier_work on earlier_work.job_key = jobs.job_key
left join paid_work on paid_work.job_key = jobs.job_key
