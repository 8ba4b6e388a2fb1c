-- Every day that any fact can fall on: from the first year of business known to the end of the year after the newest one.
with bounds as (
    select
        date_trunc('year', min(event_on)) as first_on,
        date_trunc('year', max(event_on)) + interval '2 years' - interval '1 day' as last_on
    from {{ ref('int_revenue_entries__unioned') }}
),

days as (
    select cast(day_at as date) as date_on
    from generate_series(
        (select cast(first_on as timestamp) from bounds),
        (select cast(last_on as timestamp) from bounds),
        interval '1 day'
    ) as series (day_at)
)

select
    date_on,
    cast(extract(year from date_on) as integer) as year_number,
    cast(extract(quarter from date_on) as integer) as quarter_number,
    cast(extract(month from date_on) as integer) as month_number,
    cast(date_trunc('month', date_on) as date) as month_on,
    cast(date_trunc('week', date_on) as date) as week_on,
    cast(extract(isodow from date_on) as integer) as weekday_number,
    extract(isodow from date_on) >= 6 as is_weekend
from days
