-- The same completed revenue eight times, each time in the months of another date.
with channels as (
    select job_key, channel from {{ ref('fct_attribution') }} where model = 'last' and job_key is not null
),

dated as (
    select
        dated.brand_key,
        channels.channel,
        dated.amount,
        {%- for column in date_bases().values() %}
        cast(date_trunc('month', dated.{{ column }}) as date) as {{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ ref('int_revenue__dated') }} as dated
    inner join channels on channels.job_key = dated.job_key
)

{% for basis, column in date_bases().items() -%}
select
    '{{ basis }}' as date_basis,
    brand_key,
    channel,
    {{ column }} as month_on,
    cast(sum(amount) as decimal(18, 2)) as completed_amount
from dated
group by brand_key, channel, {{ column }}
{{ "union all" if not loop.last }}
{% endfor %}
