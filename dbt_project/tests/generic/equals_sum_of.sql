{#- The column's total equals the total of another model's column, to the cent.

    `group_by` compares group by group: columns that both models have. `where` filters this model, `other_where` the
    other. A group that only one side has counts as zero on the other. -#}
{% test equals_sum_of(model, column_name, other_model, other_column, group_by=[], where=none, other_where=none) %}
with this_side as (
    select
        {% for column in group_by %}{{ column }}, {% endfor %}
        sum({{ column_name }}) as total
    from {{ model }}
    {% if where %}where {{ where }}{% endif %}
    {% if group_by %}group by {{ group_by | join(', ') }}{% endif %}
),

other_side as (
    select
        {% for column in group_by %}{{ column }}, {% endfor %}
        sum({{ other_column }}) as total
    from {{ other_model }}
    {% if other_where %}where {{ other_where }}{% endif %}
    {% if group_by %}group by {{ group_by | join(', ') }}{% endif %}
)

select
    {% for column in group_by %}coalesce(this_side.{{ column }}, other_side.{{ column }}) as {{ column }}, {% endfor %}
    coalesce(this_side.total, 0) as this_total,
    coalesce(other_side.total, 0) as other_total
from this_side
full outer join other_side
    on true
    {% for column in group_by %}and this_side.{{ column }} is not distinct from other_side.{{ column }} {% endfor %}
where coalesce(this_side.total, 0) <> coalesce(other_side.total, 0)
{% endtest %}
