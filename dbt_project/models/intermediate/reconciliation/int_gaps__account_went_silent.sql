-- Nothing new from an account, for longer than it ever was silent before: a dead webhook, an expired login that lists
-- nothing, a file that nobody exports any more. Twice the longest silence of the last twelve weeks is allowed, so that a
-- small brand's quiet week is none; an account with fewer than twenty days of activity is not judged.
with activity as (
    select platform, account_id, 'jobs' as what, cast(coalesce(booked_at, created_at) as date) as active_on
    from {{ ref('int_jobs__unioned') }} where not is_deleted
    union
    select platform, account_id, 'invoices', cast(created_at as date)
    from {{ ref('int_invoices__unioned') }} where not is_deleted
    union
    select platform, account_id, 'leads', cast(coalesce(occurred_at, created_at) as date)
    from {{ ref('int_leads__unioned') }} where not is_deleted
    union
    select platform, account_id, 'calls', cast(started_at as date)
    from {{ ref('int_calls__unioned') }} where not is_deleted
    union
    select platform, account_id, 'ad spend', spend_on
    from {{ ref('int_ad_spend__unioned') }} where not is_deleted and allocation = 'daily'
),

paced as (
    select
        activity.*,
        data.as_of_on,
        active_on - lag(active_on) over (partition by account_id, what order by active_on) as days_since_last
    from activity
    cross join {{ ref('int_data__as_of') }} as data
    where active_on is not null
      and active_on <= data.as_of_on
      and active_on > data.as_of_on - 84
),

summarised as (
    select
        platform,
        account_id,
        what,
        count(*) as active_days,
        max(active_on) as last_active_on,
        max(days_since_last) as longest_silence,
        any_value(as_of_on) - max(active_on) as days_silent
    from paced
    group by platform, account_id, what
)

select
    'account' as entity,
    account_id || '|' || what as entity_key,
    platform,
    account_id,
    account_id as native_id,
    cast(null as varchar) as native_url,
    cast(null as varchar) as job_key,
    what || ' at least every ' || longest_silence || ' days' as expected,
    'none since ' || last_active_on as actual,
    cast(null as decimal(18, 2)) as difference_amount,
    cast(0 as decimal(18, 2)) as dollars_at_risk,
    last_active_on as occurred_on
from summarised
where active_days >= 20
  and days_silent * 24 > {{ setting('tolerances.silent_account_hours', 'integer') }}
  and days_silent > 2 * longest_silence
