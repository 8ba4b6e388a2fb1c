{#- The totals of `columns` equal the totals of the same columns of another model, to the cent. As `equals_sum_of`, for
    several columns in one pass. -#}
{% test equals_sums_of(model, columns, other_model, group_by=[], where=none, other_where=none) %}
with this_side as (
    select
        {{ group_by | join(', ') }}
        {%- for column in columns %}, sum({{ column }}) as {{ column }}{% endfor %}
    from {{ model }}
    {% if where %}where {{ where }}{% endif %}
    group by {{ group_by | join(', ') }}
),

other_side as (
    select
        {{ group_by | join(', ') }}
        {%- for column in columns %}, sum({{ column }}) as {{ column }}{% endfor %}
    from {{ other_model }}
    {% if other_where %}where {{ other_where }}{% endif %}
    group by {{ group_by | join(', ') }}
)

select
    {% for column in group_by %}coalesce(this_side.{{ column }}, other_side.{{ column }}) as {{ column }}, {% endfor %}
    {% for column in columns %}
    coalesce(this_side.{{ column }}, 0) as this_{{ column }},
    coalesce(other_side.{{ column }}, 0) as other_{{ column }}{{ "," if not loop.last }}
    {% endfor %}
from this_side
full outer join other_side
    on true
    {% for column in group_by %}and this_side.{{ column }} is not distinct from other_side.{{ column }} {% endfor %}
where false
    {% for column in columns %}
    or coalesce(this_side.{{ column }}, 0) <> coalesce(other_side.{{ column }}, 0)
    {% endfor %}
{% endtest %}
