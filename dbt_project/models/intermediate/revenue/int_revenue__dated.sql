-- Completed revenue, cut into pieces that have one date on every basis. An entry is cut where its job's cash arrived: the
-- k-th payment pays the share of every entry of the job that it adds to what was paid before, up to what the job came to.
-- What was not paid is a piece without a date of collection. The pieces of an entry add up to it, to the cent.
with completed as (
    select * from {{ ref('int_revenue_entries__unioned') }} where entry_type = 'completed'
),

totals as (
    select job_key, sum(amount) as job_amount from completed group by job_key
),

invoiced as (
    select invoice_key, coalesce(reversal_kind, '') as role, min(event_on) as event_on
    from {{ ref('int_revenue_entries__unioned') }}
    where entry_type = 'invoiced'
    group by invoice_key, coalesce(reversal_kind, '')
),

sold as (
    select job_key, min(event_on) as event_on
    from {{ ref('int_revenue_entries__unioned') }}
    where entry_type = 'sold' and job_key is not null
    group by job_key
),

-- What was paid of each job after each day on which cash moved, never below nothing nor above what the job came to.
paid_days as (
    select job_key, event_on, sum(amount) as amount
    from {{ ref('int_revenue_entries__unioned') }}
    where entry_type = 'collected' and job_key is not null
    group by job_key, event_on
),

paid as (
    select
        paid_days.job_key,
        paid_days.event_on,
        least(
            greatest(sum(paid_days.amount) over (partition by paid_days.job_key order by paid_days.event_on), 0),
            totals.job_amount
        ) as paid_amount
    from paid_days
    inner join totals on totals.job_key = paid_days.job_key
    where totals.job_amount > 0
),

spans as (
    select
        job_key,
        event_on as collected_on,
        coalesce(lag(paid_amount) over (partition by job_key order by event_on), 0) as from_amount,
        paid_amount as to_amount
    from paid
    union all
    select
        totals.job_key,
        null,
        coalesce(last_paid.paid_amount, 0),
        totals.job_amount
    from totals
    left join (
        select job_key, max_by(paid_amount, event_on) as paid_amount from paid group by job_key
    ) as last_paid on last_paid.job_key = totals.job_key
),

pieces as (
    select
        completed.entry_key,
        spans.collected_on,
        case
            when totals.job_amount > 0 then
                {{ share_of_amount('completed.amount', 'spans.to_amount', 'totals.job_amount') }}
                - {{ share_of_amount('completed.amount', 'spans.from_amount', 'totals.job_amount') }}
            else completed.amount
        end as amount
    from completed
    inner join totals on totals.job_key = completed.job_key
    inner join spans on spans.job_key = completed.job_key
    where spans.to_amount <> spans.from_amount or totals.job_amount <= 0
),

leads as (
    select opportunity_key, min(lead_on) as lead_on
    from {{ ref('int_leads__deduplicated') }}
    where opportunity_key is not null and not is_excluded
    group by opportunity_key
),

calls as (
    select jobs.opportunity_key, min(calls.started_on) as called_on
    from {{ ref('int_calls__enriched') }} as calls
    left join {{ ref('int_lead_records__grouped') }} as grouped on grouped.record_key = 'call-' || calls.call_key
    left join {{ ref('int_leads__deduplicated') }} as leads on leads.lead_key = grouped.lead_key
    inner join {{ ref('int_jobs__enriched') }} as jobs on jobs.job_key = coalesce(calls.job_key, leads.job_key)
    where calls.duplicate_of_call_key is null and calls.direction = 'inbound'
    group by jobs.opportunity_key
),

-- What was credited dates a job that no lead of its own led to, such as the work that an earlier visit found.
credited as (
    select
        path.opportunity_key,
        min(case when touches.lead_key is not null then touches.touch_on end) as lead_on,
        min(case when touches.touch_kind = 'call' then touches.touch_on end) as called_on,
        min(case when touches.method = 'click_id' then touches.touch_on end) as clicked_on
    from {{ ref('int_opportunities__touched') }} as path
    inner join {{ ref('int_touches__resolved') }} as touches on touches.touch_key = path.touch_key
    where path.verdict = 'credited'
    group by path.opportunity_key
)

select
    completed.entry_key,
    completed.job_key,
    completed.invoice_key,
    completed.household_key,
    completed.brand_key,
    completed.platform,
    completed.account_id,
    cast(sum(pieces.amount) as decimal(18, 2)) as amount,
    coalesce(leads.lead_on, credited.lead_on) as lead_on,
    coalesce(calls.called_on, credited.called_on) as called_on,
    credited.clicked_on,
    jobs.booked_on,
    sold.event_on as sold_on,
    completed.event_on as completed_on,
    invoiced.event_on as invoiced_on,
    pieces.collected_on
from pieces
inner join completed on completed.entry_key = pieces.entry_key
inner join {{ ref('int_jobs__enriched') }} as jobs on jobs.job_key = completed.job_key
left join invoiced
    on invoiced.invoice_key = completed.invoice_key and invoiced.role = coalesce(completed.reversal_kind, '')
left join sold on sold.job_key = completed.job_key
left join leads on leads.opportunity_key = jobs.opportunity_key
left join calls on calls.opportunity_key = jobs.opportunity_key
left join credited on credited.opportunity_key = jobs.opportunity_key
group by all
