-- Leads in the month they came, each followed to the furthest step that its chain of jobs reached, whenever that was.
with job_money as (
    select
        job_key,
        sum(case when entry_type = 'sold' then amount else 0 end) as sold_amount,
        sum(case when entry_type = 'completed' then amount else 0 end) as completed_amount,
        sum(case when entry_type = 'invoiced' then amount else 0 end) as invoiced_amount,
        sum(case when entry_type = 'collected' then amount else 0 end) as collected_amount
    from {{ ref('int_revenue_entries__unioned') }}
    where job_key is not null
    group by job_key
),

-- An estimate was accepted, or the work done came to what the job type calls a sale (anything above zero, unless it says).
opportunities as (
    select
        jobs.opportunity_key,
        bool_or(jobs.is_completed and not jobs.is_recall) as is_run,
        bool_or(
            coalesce(job_money.sold_amount, 0) > 0
            or coalesce(job_money.completed_amount, 0) >= coalesce(nullif(job_types.sold_threshold_amount, 0), 0.01)
        ) as is_sold,
        sum(coalesce(job_money.invoiced_amount, 0)) > 0 as is_invoiced,
        sum(coalesce(job_money.collected_amount, 0)) > 0 as is_paid
    from {{ ref('int_jobs__enriched') }} as jobs
    left join job_money on job_money.job_key = jobs.job_key
    left join {{ ref('int_jobs__unioned') }} as records on records.job_key = jobs.job_key
    left join {{ ref('int_job_types__unioned') }} as job_types on job_types.job_type_key = records.job_type_key
    group by jobs.opportunity_key
),

steps as (
    select
        leads.brand_key,
        cast(date_trunc('month', leads.lead_on) as date) as month_on,
        leads.channel,
        leads.is_new_customer,
        leads.is_after_hours,
        0 as clicks,
        1 as requests,
        case when leads.is_excluded then 0 else 1 end as leads,
        case when leads.is_booked and not leads.is_excluded then 1 else 0 end as booked_leads,
        case when opportunities.is_run and not leads.is_excluded then 1 else 0 end as run_leads,
        case when opportunities.is_run and opportunities.is_sold and not leads.is_excluded then 1 else 0 end as sold_leads,
        case when opportunities.is_invoiced and not leads.is_excluded then 1 else 0 end as invoiced_leads,
        case when opportunities.is_paid and not leads.is_excluded then 1 else 0 end as paid_leads
    from {{ ref('fct_leads') }} as leads
    left join {{ ref('int_jobs__enriched') }} as jobs on jobs.job_key = leads.job_key
    left join opportunities on opportunities.opportunity_key = jobs.opportunity_key
    union all
    -- Nobody knows who clicked: clicks stand on rows of their own.
    select
        brand_key, cast(date_trunc('month', spend_on) as date), channel, null, null, coalesce(clicks, 0), 0, 0, 0, 0, 0,
        0, 0
    from {{ ref('fct_ad_spend') }}
    where clicks > 0 and not is_superseded
)

select
    steps.brand_key,
    steps.month_on,
    steps.channel,
    steps.is_new_customer,
    steps.is_after_hours,
    {%- for name in [
        'clicks', 'requests', 'leads', 'booked_leads', 'run_leads', 'sold_leads', 'invoiced_leads', 'paid_leads'
    ] %}
    cast(sum(steps.{{ name }}) as bigint) as {{ name }},
    {%- endfor %}
    {{ metric_columns(['booking_rate', 'run_rate', 'sold_rate', 'paid_rate'], 'steps') }}
from steps
group by steps.brand_key, steps.month_on, steps.channel, steps.is_new_customer, steps.is_after_hours
