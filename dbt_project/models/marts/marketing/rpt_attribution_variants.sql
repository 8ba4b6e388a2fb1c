-- Completed revenue by channel under every reading that could be defended: each model in its configured window, as the
-- scorecard has it, and the first, the last and all marketing touches of half and of twice the window. A wider window takes
-- in touches that were too old, never for repeat business.
with entries as (
    select
        entries.conversion_key,
        conversions.opportunity_key,
        entries.brand_key,
        cast(date_trunc('month', entries.event_on) as date) as month_on,
        cast(sum(entries.amount) * 100 as bigint) as cents,
        any_value(coalesce(conversions.opportunity_at, conversions.conversion_at)) as decided_at,
        any_value(served.first_completed_at) as first_completed_at
    from {{ ref('int_revenue_entries__unioned') }} as entries
    inner join {{ ref('int_conversions__identified') }} as conversions
        on conversions.conversion_key = entries.conversion_key
    left join {{ ref('int_households__served') }} as served on served.household_key = conversions.household_key
    where entries.entry_type = 'completed'
    group by 1, 2, 3, 4
),

windows (window_rule, factor) as (
    values ('half', 0.5), ('double', 2)
),

paths as (
    select
        windows.window_rule,
        path.opportunity_key,
        path.touch_key,
        path.touch_at,
        path.channel,
        row_number() over touches as position,
        count(*) over (partition by windows.window_rule, path.opportunity_key) as touch_count
    from {{ ref('int_opportunities__touched') }} as path
    inner join {{ ref('int_opportunities__windowed') }} as opportunities
        on opportunities.opportunity_key = path.opportunity_key
    inner join {{ ref('channels') }} as channels on channels.channel = path.channel
    cross join windows
    where path.touch_at >= opportunities.opportunity_at - opportunities.window_days * windows.factor * interval '1 day'
      and (
          path.verdict = 'credited'
          or (
              path.verdict = 'outside_window'
              and channels.is_marketing
              and not opportunities.is_retention
          )
      )
    window touches as (
        partition by windows.window_rule, path.opportunity_key
        order by path.touch_at, path.touch_position, path.touch_key
    )
),

-- Where no marketing touch lies in the window, what the last touch says stays if it is no marketing either (repeat
-- business, direct); what only a narrow window leaves out is unknown.
uncredited as (
    select credits.conversion_key, credits.channel
    from {{ ref('fct_attribution') }} as credits
    inner join {{ ref('channels') }} as channels on channels.channel = credits.channel
    where credits.model = 'last' and not channels.is_marketing
),

shared as (
    select
        models.model,
        windows.window_rule,
        entries.brand_key,
        entries.month_on,
        coalesce(paths.channel, uncredited.channel, 'unattributed') as channel,
        coalesce(entries.first_completed_at < coalesce(paths.touch_at, entries.decided_at), false) as is_returning,
        case
            when paths.touch_key is null then entries.cents
            when models.model = 'first' and paths.position > 1 then 0
            when models.model = 'last_non_direct' and paths.position < paths.touch_count then 0
            when models.model <> 'linear' then entries.cents
            else sign(entries.cents) * (
                abs(entries.cents) // paths.touch_count
                + case when paths.position <= abs(entries.cents) % paths.touch_count then 1 else 0 end
            )
        end as cents
    from entries
    cross join windows
    cross join (select unnest(['first', 'last_non_direct', 'linear']) as model) as models
    left join paths
        on paths.opportunity_key = entries.opportunity_key
        and paths.window_rule = windows.window_rule
    left join uncredited on uncredited.conversion_key = entries.conversion_key
),

readings as (
    select
        brand_key, month_on, channel, model, window_rule,
        cast(cents as decimal(18, 0)) * cast(0.01 as decimal(3, 2)) as completed_amount,
        cast(case when is_returning then 0 else cents end as decimal(18, 0)) * cast(0.01 as decimal(3, 2))
            as first_time_completed_amount
    from shared
    where cents <> 0
    union all
    select brand_key, month_on, channel, model, 'configured', completed_amount, first_time_completed_amount
    from {{ ref('rpt_channel_performance') }}
    where view_basis = 'period' and (completed_amount <> 0 or first_time_completed_amount <> 0)
)

select
    brand_key,
    month_on,
    channel,
    model,
    window_rule,
    cast(sum(completed_amount) as decimal(18, 2)) as completed_amount,
    cast(sum(first_time_completed_amount) as decimal(18, 2)) as first_time_completed_amount
from readings
group by brand_key, month_on, channel, model, window_rule
