{#- A bridge between date bases holds on both banks: summed over the months it leads to it is the month it starts from, and
    the other way round, to the cent. -#}
{% test bridges_the_months_of(model, other_model) %}
with months as (
    select date_basis, brand_key, month_on, sum(completed_amount) as total
    from {{ other_model }}
    group by date_basis, brand_key, month_on
),

pairs as (
    select one.date_basis as from_basis, other.date_basis as to_basis
    from (select distinct date_basis from months) as one
    inner join (select distinct date_basis from months) as other on other.date_basis <> one.date_basis
),

due as (
    select 'from' as bank, pairs.from_basis, pairs.to_basis, months.brand_key, months.month_on, months.total
    from pairs
    inner join months on months.date_basis = pairs.from_basis
    union all
    select 'to', pairs.from_basis, pairs.to_basis, months.brand_key, months.month_on, months.total
    from pairs
    inner join months on months.date_basis = pairs.to_basis
),

found as (
    select 'from' as bank, from_basis, to_basis, brand_key, from_month_on as month_on, sum(completed_amount) as total
    from {{ model }}
    group by from_basis, to_basis, brand_key, from_month_on
    union all
    select 'to', from_basis, to_basis, brand_key, to_month_on, sum(completed_amount)
    from {{ model }}
    group by from_basis, to_basis, brand_key, to_month_on
)

select due.*, found.total as bridged_total
from due
full outer join found
    on found.bank = due.bank
    and found.from_basis = due.from_basis
    and found.to_basis = due.to_basis
    and found.brand_key is not distinct from due.brand_key
    and found.month_on is not distinct from due.month_on
where coalesce(due.total, 0) <> coalesce(found.total, 0)
{% endtest %}
