{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        full_refresh=false,
        on_schema_change='append_new_columns'
    )
}}
{%- set measures = [
    'leads', 'booked_jobs', 'new_customers', 'spend_amount', 'completed_amount', 'completed_reversal_amount',
    'collected_amount', 'collected_reversal_amount'
] %}
-- What each build knew of each month: a row is written once, when a figure differs from what was last known, and never
-- changed. `full_refresh: false`, because a rebuild only knows today (decision 30).
with data as (
    select * from {{ ref('int_data__as_of') }}
),

present as (
    select
        view_basis, brand_key, month_on, channel,
        {{ measures | join(', ') }}
    from {{ ref('rpt_channel_performance') }}
    where model = 'last'
),

known as (
    {% if is_incremental() %}
    select
        view_basis, brand_key, month_on, channel, revision,
        {{ measures | join(', ') }}
    from {{ this }}
    qualify row_number() over (partition by view_basis, brand_key, month_on, channel order by revision desc) = 1
    {% else %}
    select
        view_basis, brand_key, month_on, channel, 0 as revision,
        {{ measures | join(', ') }}
    from present
    where false
    {% endif %}
),

-- A month that a channel has left altogether goes on as zeros.
compared as (
    select
        coalesce(present.view_basis, known.view_basis) as view_basis,
        coalesce(present.brand_key, known.brand_key) as brand_key,
        coalesce(present.month_on, known.month_on) as month_on,
        coalesce(present.channel, known.channel) as channel,
        coalesce(known.revision, 0) + 1 as revision,
        {%- for name in measures %}
        coalesce(present.{{ name }}, 0) as {{ name }},
        {%- endfor %}
        known.revision is null
        {%- for name in measures %}
        or coalesce(present.{{ name }}, 0) <> known.{{ name }}
        {%- endfor %} as is_news
    from present
    full outer join known
        on known.view_basis = present.view_basis
        and known.brand_key is not distinct from present.brand_key
        and known.month_on is not distinct from present.month_on
        and known.channel = present.channel
)

select
    compared.view_basis,
    compared.brand_key,
    compared.month_on,
    compared.channel,
    cast(compared.revision as integer) as revision,
    data.as_of_at as known_at,
    data.as_of_on as known_on,
    last_day(compared.month_on) < data.as_of_on as is_month_over,
    cast(compared.leads as bigint) as leads,
    cast(compared.booked_jobs as decimal(24, 12)) as booked_jobs,
    cast(compared.new_customers as decimal(24, 12)) as new_customers,
    cast(compared.spend_amount as decimal(18, 4)) as spend_amount,
    cast(compared.completed_amount as decimal(18, 2)) as completed_amount,
    cast(compared.completed_reversal_amount as decimal(18, 2)) as completed_reversal_amount,
    cast(compared.collected_amount as decimal(18, 2)) as collected_amount,
    cast(compared.collected_reversal_amount as decimal(18, 2)) as collected_reversal_amount,
    {{ metric_columns(['cac', 'roas_completed'], 'compared', aggregated=true) }}
from compared
cross join data
where compared.is_news
