-- How each month's revenue under one date spreads over the months of another: every pair of dates, both ways.
with months as (
    select
        row_number() over () as pattern_id,
        *
    from (
        select
            brand_key,
            {%- for column in date_bases().values() %}
            cast(date_trunc('month', {{ column }}) as date) as {{ column }},
            {%- endfor %}
            sum(amount) as amount
        from {{ ref('int_revenue__dated') }}
        group by all
    ) as patterns
),

dated as (
    {%- for basis, column in date_bases().items() %}
    select pattern_id, brand_key, amount, '{{ basis }}' as date_basis, {{ column }} as month_on from months
    {{ "union all" if not loop.last }}
    {%- endfor %}
)

select
    one.brand_key,
    one.date_basis as from_basis,
    one.month_on as from_month_on,
    other.date_basis as to_basis,
    other.month_on as to_month_on,
    case
        when one.month_on is null and other.month_on is null then 'dated_in_neither'
        when other.month_on is null then 'not_dated_there'
        when one.month_on is null then 'only_dated_there'
        when one.month_on = other.month_on then 'same_month'
        when other.month_on > one.month_on then 'later_there'
        else 'earlier_there'
    end as step,
    cast(sum(one.amount) as decimal(18, 2)) as completed_amount
from dated as one
inner join dated as other on other.pattern_id = one.pattern_id and other.date_basis <> one.date_basis
group by one.brand_key, one.date_basis, one.month_on, other.date_basis, other.month_on
