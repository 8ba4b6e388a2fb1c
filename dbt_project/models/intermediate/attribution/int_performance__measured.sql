-- Every additive figure of the reports at the finest grain: view x model x brand x month x marketing source. In the period
-- view each figure stands in the month of its own event; in the cohort view in the month of the touch (of the conversion,
-- where nothing was credited), whenever the money lands. Leads and spend do not depend on the model and repeat in each.
with models as (
    select model from {{ ref('attribution_models') }}
),

views as (
    select 'period' as view_basis union all select 'cohort'
),

leads as (
    select
        leads.*,
        touches.marketing_source_key,
        leads.lead_at <= data.as_of_at - cast(coalesce(by_trade.value, by_default.value) as integer) * interval '1 day'
            as is_mature
    from {{ ref('int_leads__deduplicated') }} as leads
    inner join {{ ref('int_touches__resolved') }} as touches on touches.touch_key = leads.lead_key
    cross join {{ ref('int_data__as_of') }} as data
    left join {{ ref('stg_operator__settings') }} as by_trade
        on by_trade.key = 'attribution.window_days.' || leads.trade
    left join {{ ref('stg_operator__settings') }} as by_default on by_default.key = 'attribution.window_days.default'
    where not leads.is_excluded
),

lead_counts as (
    select
        leads.brand_key,
        cast(date_trunc('month', leads.lead_on) as date) as month_on,
        leads.marketing_source_key,
        count(*) as leads,
        count(*) filter (where leads.is_booked) as booked_leads,
        count(*) filter (where leads.is_new_customer) as new_customer_leads,
        count(*) filter (where leads.is_mature) as mature_leads
    from leads
    group by 1, 2, 3
),

lead_measures as (
    select views.view_basis, models.model, lead_counts.*
    from lead_counts
    cross join models
    cross join views
),

spend_sums as (
    select
        spend.brand_key,
        cast(date_trunc('month', spend.spend_on) as date) as month_on,
        spend.marketing_source_key,
        sum(spend.spend_amount) as spend_amount,
        sum(spend.claimed_conversions) as claimed_conversions,
        sum(spend.claimed_conversion_amount) as claimed_conversion_amount
    from {{ ref('int_ad_spend__counted') }} as spend
    group by 1, 2, 3
),

spend_measures as (
    select views.view_basis, models.model, spend_sums.*
    from spend_sums
    cross join models
    cross join views
),

credits as (
    select
        credits.models,
        credits.conversion_key,
        coalesce(credits.touch_key, '') as credit_key,
        credits.marketing_source_key,
        credits.weight,
        conversions.brand_key,
        coalesce(credits.touch_on, conversions.conversion_on) as cohort_on,
        jobs.booked_on,
        jobs.completed_on,
        jobs.is_canceled,
        jobs.is_recall,
        jobs.is_acquisition,
        {{ is_returning('served', 'credits', 'conversions') }} as is_returning,
        cast(coalesce(by_trade.value, by_default.value) as decimal(5, 4)) as gross_margin
    from {{ ref('int_attribution__credited') }} as credits
    inner join {{ ref('int_conversions__identified') }} as conversions
        on conversions.conversion_key = credits.conversion_key
    left join {{ ref('int_jobs__enriched') }} as jobs on jobs.job_key = conversions.job_key
    left join {{ ref('int_households__served') }} as served on served.household_key = conversions.household_key
    left join {{ ref('stg_operator__settings') }} as by_trade
        on by_trade.key = 'attribution.gross_margin.' || conversions.trade
    left join {{ ref('stg_operator__settings') }} as by_default on by_default.key = 'attribution.gross_margin.default'
),

-- A recall makes good an earlier sale; it is no booking of its own.
job_events as (
    select
        views.view_basis,
        credits.models,
        credits.brand_key,
        case when views.view_basis = 'cohort' then credits.cohort_on else credits.booked_on end as event_on,
        credits.marketing_source_key,
        credits.weight as booked_jobs,
        case when credits.is_canceled then 0 else credits.weight end as net_booked_jobs,
        0 as completed_jobs,
        0 as new_customers
    from credits
    cross join views
    where credits.booked_on is not null and not credits.is_recall
    union all
    select
        views.view_basis,
        credits.models,
        credits.brand_key,
        case when views.view_basis = 'cohort' then credits.cohort_on else credits.completed_on end,
        credits.marketing_source_key,
        0,
        0,
        case when credits.is_recall then 0 else credits.weight end,
        case when credits.is_acquisition then credits.weight else 0 end
    from credits
    cross join views
    where credits.completed_on is not null
),

shared_job_measures as (
    select
        view_basis,
        models,
        brand_key,
        cast(date_trunc('month', event_on) as date) as month_on,
        marketing_source_key,
        sum(booked_jobs) as booked_jobs,
        sum(net_booked_jobs) as net_booked_jobs,
        sum(completed_jobs) as completed_jobs,
        sum(new_customers) as new_customers
    from job_events
    group by 1, 2, 3, 4, 5
),

shared_money_measures as (
    select
        views.view_basis,
        credits.models,
        credits.brand_key,
        cast(date_trunc(
            'month',
            case when views.view_basis = 'cohort' then credits.cohort_on else amounts.event_on end
        ) as date) as month_on,
        credits.marketing_source_key,
        sum(case when amounts.entry_type = 'booked' and not amounts.is_reversal then amounts.amount else 0 end)
            as gross_booked_amount,
        sum(case when amounts.entry_type = 'booked' then amounts.amount else 0 end) as booked_amount,
        sum(case when amounts.entry_type = 'sold' then amounts.amount else 0 end) as sold_amount,
        sum(case when amounts.entry_type = 'completed' then amounts.amount else 0 end) as completed_amount,
        sum(case when amounts.entry_type = 'invoiced' then amounts.amount else 0 end) as invoiced_amount,
        sum(case when amounts.entry_type = 'collected' then amounts.amount else 0 end) as collected_amount,
        sum(case when amounts.entry_type = 'completed' and not credits.is_returning then amounts.amount else 0 end)
            as first_time_completed_amount,
        sum(case when amounts.entry_type = 'collected' and not credits.is_returning then amounts.amount else 0 end)
            as first_time_collected_amount,
        sum(case when amounts.entry_type = 'completed' then amounts.amount * credits.gross_margin else 0 end)
            as margin_amount,
        sum(case when amounts.entry_type = 'completed' and amounts.is_reversal then amounts.amount else 0 end)
            as completed_reversal_amount,
        sum(case when amounts.entry_type = 'collected' and amounts.is_reversal then amounts.amount else 0 end)
            as collected_reversal_amount
    from credits
    inner join {{ ref('int_attribution__allocated') }} as amounts
        on amounts.models = credits.models
        and amounts.conversion_key = credits.conversion_key
        and coalesce(amounts.touch_key, '') = credits.credit_key
    cross join views
    group by 1, 2, 3, 4, 5
),

job_measures as (
    select * from {{ summed_by_model(
        'shared_job_measures', ['view_basis', 'brand_key', 'month_on', 'marketing_source_key']
    ) }}
),

money_measures as (
    select * from {{ summed_by_model(
        'shared_money_measures', ['view_basis', 'brand_key', 'month_on', 'marketing_source_key']
    ) }}
),

keys as (
    select view_basis, model, brand_key, month_on, marketing_source_key from lead_measures
    union
    select view_basis, model, brand_key, month_on, marketing_source_key from spend_measures
    union
    select view_basis, model, brand_key, month_on, marketing_source_key from job_measures
    union
    select view_basis, model, brand_key, month_on, marketing_source_key from money_measures
)

select
    keys.view_basis,
    keys.model,
    keys.brand_key,
    keys.month_on,
    keys.marketing_source_key,
    cast(coalesce(lead_measures.leads, 0) as bigint) as leads,
    cast(coalesce(lead_measures.booked_leads, 0) as bigint) as booked_leads,
    cast(coalesce(lead_measures.new_customer_leads, 0) as bigint) as new_customer_leads,
    cast(coalesce(lead_measures.mature_leads, 0) as bigint) as mature_leads,
    cast(coalesce(job_measures.booked_jobs, 0) as decimal(24, 12)) as booked_jobs,
    cast(coalesce(job_measures.net_booked_jobs, 0) as decimal(24, 12)) as net_booked_jobs,
    cast(coalesce(job_measures.completed_jobs, 0) as decimal(24, 12)) as completed_jobs,
    cast(coalesce(job_measures.new_customers, 0) as decimal(24, 12)) as new_customers,
    cast(coalesce(spend_measures.spend_amount, 0) as decimal(18, 4)) as spend_amount,
    cast(coalesce(money_measures.gross_booked_amount, 0) as decimal(18, 2)) as gross_booked_amount,
    cast(coalesce(money_measures.booked_amount, 0) as decimal(18, 2)) as booked_amount,
    cast(coalesce(money_measures.sold_amount, 0) as decimal(18, 2)) as sold_amount,
    cast(coalesce(money_measures.completed_amount, 0) as decimal(18, 2)) as completed_amount,
    cast(coalesce(money_measures.invoiced_amount, 0) as decimal(18, 2)) as invoiced_amount,
    cast(coalesce(money_measures.collected_amount, 0) as decimal(18, 2)) as collected_amount,
    cast(coalesce(money_measures.first_time_completed_amount, 0) as decimal(18, 2)) as first_time_completed_amount,
    cast(
        coalesce(money_measures.completed_amount - money_measures.first_time_completed_amount, 0) as decimal(18, 2)
    ) as returning_completed_amount,
    cast(coalesce(money_measures.first_time_collected_amount, 0) as decimal(18, 2)) as first_time_collected_amount,
    cast(
        coalesce(money_measures.collected_amount - money_measures.first_time_collected_amount, 0) as decimal(18, 2)
    ) as returning_collected_amount,
    cast(coalesce(money_measures.completed_reversal_amount, 0) as decimal(18, 2)) as completed_reversal_amount,
    cast(coalesce(money_measures.collected_reversal_amount, 0) as decimal(18, 2)) as collected_reversal_amount,
    -- Without a configured margin there is none to state, and no profit either.
    cast(case when known.has_margin then coalesce(money_measures.margin_amount, 0) end as decimal(18, 2)) as margin_amount,
    cast(
        case when known.has_margin then
            coalesce(money_measures.margin_amount, 0) - coalesce(spend_measures.spend_amount, 0)
        end as decimal(18, 2)
    ) as profit_amount,
    cast(
        case when coalesce(lead_measures.leads, 0) = 0 then coalesce(spend_measures.spend_amount, 0) else 0 end
        as decimal(18, 4)
    ) as idle_spend_amount,
    cast(spend_measures.claimed_conversions as decimal(18, 4)) as claimed_conversions,
    cast(spend_measures.claimed_conversion_amount as decimal(18, 2)) as claimed_conversion_amount
from keys
cross join (
    select count(*) > 0 as has_margin from {{ ref('stg_operator__settings') }}
    where key = 'attribution.gross_margin.default'
) as known
{% for measures in ['lead_measures', 'spend_measures', 'job_measures', 'money_measures'] -%}
left join {{ measures }}
    on {{ measures }}.view_basis = keys.view_basis
    and {{ measures }}.model = keys.model
    and {{ measures }}.brand_key is not distinct from keys.brand_key
    and {{ measures }}.month_on is not distinct from keys.month_on
    and {{ measures }}.marketing_source_key = keys.marketing_source_key
{% endfor %}
