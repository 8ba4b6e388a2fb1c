{%- set parts = {
    'leads': 'leads',
    'booked_jobs': 'booked_jobs',
    'new_customers': 'new_customers',
    'spend_amount': 'spend_amount',
    'completed_amount': 'completed_amount - completed_reversal_amount',
    'completed_reversal_amount': 'completed_reversal_amount',
    'collected_amount': 'collected_amount - collected_reversal_amount',
    'collected_reversal_amount': 'collected_reversal_amount'
} %}
-- Why a month that was over changed afterwards: the history's revisions, one row per figure that moved, with the cause that
-- the movement itself shows. What only moved between channels of one brand and month adds up to nothing there, or another
-- channel mirrors it.
with revisions as (
    select
        *,
        lag(revision) over figures as former_revision,
        lag(known_at) over figures as former_known_at,
        {%- for name, expression in parts.items() %}
        {{ expression }} as {{ name }}_part,
        lag({{ expression }}) over figures as {{ name }}_before,
        {%- endfor %}
        min(known_at) over () as first_known_at
    from {{ ref('fct_headline_history') }}
    window figures as (partition by view_basis, brand_key, month_on, channel order by revision)
),

-- The first build ever restates nothing; what it did not know and a later one finds in a finished month does.
changes as (
    {%- for name in parts %}
    select
        view_basis, brand_key, month_on, channel, revision, known_at, known_on, former_known_at,
        '{{ name }}' as figure,
        cast(coalesce({{ name }}_before, 0) as decimal(24, 4)) as before_value,
        cast({{ name }}_part as decimal(24, 4)) as after_value
    from revisions
    where is_month_over and known_at > first_known_at
      and last_day(month_on) < cast(coalesce(former_known_at, first_known_at) as date)
      and {{ name }}_part <> coalesce({{ name }}_before, 0)
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

netted as (
    select
        *,
        sum(after_value - before_value) over (partition by view_basis, brand_key, month_on, known_at, figure) as net_change,
        sum(after_value - before_value) over (
            partition by view_basis, brand_key, month_on, known_at, figure, abs(after_value - before_value)
        ) as unmirrored_change
    from changes
),

rewrites as (
    select job_key, brand_key, channel, former_channel, known_at
    from {{ ref('fct_job_campaigns') }}
    where revision > 1 and channel is distinct from former_channel
),

rewritten as (
    select
        spans.brand_key, spans.channel, spans.former_known_at, spans.known_at,
        count(distinct rewrites.job_key) as rewritten_jobs
    from (select distinct brand_key, channel, former_known_at, known_at from changes) as spans
    inner join rewrites
        on rewrites.brand_key = spans.brand_key
        and (rewrites.channel = spans.channel or rewrites.former_channel = spans.channel)
        and rewrites.known_at <= spans.known_at
        and (spans.former_known_at is null or rewrites.known_at > spans.former_known_at)
    group by 1, 2, 3, 4
)

select
    netted.view_basis,
    netted.brand_key,
    netted.month_on,
    netted.channel,
    netted.known_at,
    known_on,
    revision,
    figure,
    case
        when abs(net_change) < 0.01 or abs(unmirrored_change) < 0.01 then 'moved_between_channels'
        when figure = 'spend_amount' then 'spend_restated'
        when figure = 'completed_reversal_amount' then 'credit_or_void'
        when figure = 'collected_reversal_amount' then 'refund_or_void'
        else 'late_or_corrected_records'
    end as cause,
    coalesce(rewritten.rewritten_jobs, 0) as rewritten_jobs,
    before_value,
    after_value,
    cast(after_value - before_value as decimal(24, 4)) as change_value
from netted
left join rewritten
    on rewritten.brand_key = netted.brand_key
    and rewritten.channel = netted.channel
    and rewritten.former_known_at is not distinct from netted.former_known_at
    and rewritten.known_at = netted.known_at
