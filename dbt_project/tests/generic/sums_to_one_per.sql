{#- Weights add up to exactly 1 within each group. -#}
{% test sums_to_one_per(model, column_name, group_by) %}
select
    {{ group_by | join(', ') }},
    sum({{ column_name }}) as total_weight
from {{ model }}
group by {{ group_by | join(', ') }}
having sum({{ column_name }}) <> 1
{% endtest %}
