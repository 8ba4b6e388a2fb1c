-- Customers by the month in which they were won (first completed and billed job) and the channel that first touched them,
-- and what they have brought since. A household that comes back after the configured time is won again. Memberships and
-- repeat jobs of any brand count with the customer. Money before the first win (a deposit) stands in month 0.
with wins as (
    select
        jobs.household_key,
        jobs.brand_key,
        credits.channel,
        jobs.completed_on as won_on,
        cast(date_trunc('month', jobs.completed_on) as date) as month_on,
        row_number() over (partition by jobs.household_key order by jobs.completed_on, jobs.job_key) as win_number,
        lead(jobs.completed_on) over (partition by jobs.household_key order by jobs.completed_on, jobs.job_key)
            as next_won_on
    from {{ ref('int_jobs__enriched') }} as jobs
    inner join {{ ref('fct_attribution') }} as credits
        on credits.job_key = jobs.job_key and credits.model = 'first'
    where jobs.is_acquisition
),

money as (
    select
        wins.brand_key,
        wins.month_on,
        wins.channel,
        greatest(date_diff('month', wins.month_on, entries.event_on), 0) as months_since,
        sum(case when entries.entry_type = 'invoiced' then entries.amount else 0 end) as invoiced_amount,
        sum(case when entries.entry_type = 'collected' then entries.amount else 0 end) as collected_amount,
        sum(
            case when entries.entry_type = 'invoiced' then
                entries.amount * cast(coalesce(by_trade.value, by_default.value) as decimal(5, 4))
            end
        ) as margin_amount
    from wins
    inner join {{ ref('int_revenue_entries__unioned') }} as entries
        on entries.household_key = wins.household_key
        and (wins.win_number = 1 or entries.event_on >= wins.won_on)
        and (wins.next_won_on is null or entries.event_on < wins.next_won_on)
    left join {{ ref('int_jobs__enriched') }} as jobs on jobs.job_key = entries.job_key
    left join {{ ref('stg_operator__settings') }} as by_trade
        on by_trade.key = 'attribution.gross_margin.' || jobs.trade
    left join {{ ref('stg_operator__settings') }} as by_default on by_default.key = 'attribution.gross_margin.default'
    where entries.entry_type in ('invoiced', 'collected')
    group by 1, 2, 3, 4
),

cohorts as (
    select brand_key, month_on, channel, count(*) as customers
    from wins
    group by brand_key, month_on, channel
),

spend as (
    select brand_key, cast(date_trunc('month', spend_on) as date) as month_on, channel, sum(spend_amount) as spend_amount
    from {{ ref('int_ad_spend__counted') }}
    group by 1, 2, 3
),

-- Every age that a cohort has reached, whether or not anything happened at it.
ages as (
    select cohorts.*, unnest(range(
        cast(least(date_diff('month', cohorts.month_on, data.as_of_on), {{ var('customer_value_months') }}) + 1 as integer)
    )) as months_since, data.as_of_on
    from cohorts
    cross join {{ ref('int_data__as_of') }} as data
),

curves as (
    select
        ages.brand_key,
        ages.month_on,
        ages.channel,
        ages.months_since,
        ages.customers,
        last_day(ages.month_on + ages.months_since * interval '1 month') < ages.as_of_on as is_month_over,
        coalesce(spend.spend_amount, 0) as spend_amount,
        sum(coalesce(money.invoiced_amount, 0)) over curve as invoiced_amount,
        sum(coalesce(money.collected_amount, 0)) over curve as collected_amount,
        case when {{ setting('attribution.gross_margin.default', 'varchar') }} is not null then
            sum(coalesce(money.margin_amount, 0)) over curve
        end as margin_amount
    from ages
    left join money
        on money.brand_key is not distinct from ages.brand_key
        and money.month_on = ages.month_on
        and money.channel = ages.channel
        and money.months_since = ages.months_since
    left join spend
        on spend.brand_key is not distinct from ages.brand_key
        and spend.month_on = ages.month_on
        and spend.channel = ages.channel
    window curve as (
        partition by ages.brand_key, ages.month_on, ages.channel
        order by ages.months_since
        rows between unbounded preceding and current row
    )
)

select
    brand_key,
    month_on,
    channel,
    cast(months_since as integer) as months_since,
    is_month_over,
    cast(customers as bigint) as customers,
    cast(spend_amount as decimal(18, 4)) as spend_amount,
    cast(invoiced_amount as decimal(18, 2)) as invoiced_amount,
    cast(collected_amount as decimal(18, 2)) as collected_amount,
    cast(margin_amount as decimal(18, 2)) as margin_amount,
    {{ ratio('spend_amount', 'customers') }} as acquisition_cost,
    {{ ratio('invoiced_amount', 'customers') }} as invoiced_per_customer,
    {{ ratio('margin_amount', 'customers') }} as margin_per_customer,
    -- Margin may fall again by a refund: what counts is the first month that covered the spend.
    cast(
        min(case when spend_amount > 0 and margin_amount >= spend_amount then months_since end)
            over (partition by brand_key, month_on, channel) as integer
    ) as payback_months
from curves
