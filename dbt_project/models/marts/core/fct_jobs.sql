-- Jobs with their money from the ledger, so that a job's row and its entries cannot disagree.
with money as (
    select
        job_key,
        sum(case when entry_type = 'booked' then amount else 0 end) as booked_amount,
        sum(case when entry_type = 'sold' then amount else 0 end) as sold_amount,
        sum(case when entry_type = 'completed' then amount else 0 end) as completed_amount,
        sum(case when entry_type = 'invoiced' then amount else 0 end) as invoiced_amount,
        sum(case when entry_type = 'collected' then amount else 0 end) as collected_amount,
        sum(case when entry_type = 'invoiced' then tax_amount else 0 end) as invoiced_tax_amount,
        sum(case when entry_type = 'collected' then tax_amount else 0 end) as collected_tax_amount
    from {{ ref('int_revenue_entries__unioned') }}
    where job_key is not null
    group by job_key
),

leads as (
    select records.job_key, min(grouped.lead_key) as lead_key
    from {{ ref('int_lead_records__unioned') }} as records
    inner join {{ ref('int_lead_records__grouped') }} as grouped on grouped.record_key = records.record_key
    where records.job_key is not null
    group by records.job_key
)

select
    jobs.job_key,
    jobs.platform,
    jobs.account_id,
    jobs.native_id,
    jobs.native_url,
    jobs.job_number,
    jobs.brand_key,
    jobs.household_key,
    jobs.person_key,
    jobs.customer_key,
    jobs.location_key,
    jobs.trade,
    jobs.job_type_name,
    jobs.job_class,
    jobs.business_unit_name,
    jobs.job_status,
    jobs.is_completed,
    jobs.is_canceled,
    jobs.is_no_charge,
    jobs.is_recall,
    jobs.opportunity_key,
    leads.lead_key,
    jobs.campaign_key,
    jobs.source_name,
    jobs.is_new_customer,
    jobs.is_acquisition,
    jobs.booked_at,
    jobs.booked_on,
    jobs.scheduled_start_at,
    jobs.completed_at,
    jobs.completed_on,
    jobs.canceled_at,
    jobs.canceled_on,
    jobs.total_amount,
    cast(coalesce(money.booked_amount, 0) as decimal(18, 2)) as booked_amount,
    cast(coalesce(money.sold_amount, 0) as decimal(18, 2)) as sold_amount,
    cast(coalesce(money.completed_amount, 0) as decimal(18, 2)) as completed_amount,
    cast(coalesce(money.invoiced_amount, 0) as decimal(18, 2)) as invoiced_amount,
    cast(coalesce(money.invoiced_tax_amount, 0) as decimal(18, 2)) as invoiced_tax_amount,
    cast(coalesce(money.collected_amount, 0) as decimal(18, 2)) as collected_amount,
    cast(coalesce(money.collected_tax_amount, 0) as decimal(18, 2)) as collected_tax_amount,
    jobs._loaded_at
from {{ ref('int_jobs__enriched') }} as jobs
left join money on money.job_key = jobs.job_key
left join leads on leads.job_key = jobs.job_key
