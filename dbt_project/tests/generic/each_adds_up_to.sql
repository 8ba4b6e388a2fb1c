{#- Every combination of the columns `each` shares out the same whole: group by group of `group_by`, its total of
    `column_name` equals the total of `other_column` in another model, to the cent. -#}
{% test each_adds_up_to(model, column_name, each, other_model, other_column, group_by, other_where=none) %}
with wholes as (
    select {{ group_by | join(', ') }}, sum({{ other_column }}) as total
    from {{ other_model }}
    {% if other_where %}where {{ other_where }}{% endif %}
    group by {{ group_by | join(', ') }}
),

kinds as (
    select distinct {{ each | join(', ') }} from {{ model }}
),

shares as (
    select {{ (each + group_by) | join(', ') }}, sum({{ column_name }}) as total
    from {{ model }}
    group by {{ (each + group_by) | join(', ') }}
),

due as (
    select * from kinds cross join wholes
)

select
    {% for column in each + group_by %}coalesce(shares.{{ column }}, due.{{ column }}) as {{ column }}, {% endfor %}
    coalesce(shares.total, 0) as shared_total,
    coalesce(due.total, 0) as whole_total
from due
full outer join shares
    on true
    {% for column in each + group_by %}and shares.{{ column }} is not distinct from due.{{ column }} {% endfor %}
where coalesce(shares.total, 0) <> coalesce(due.total, 0)
{% endtest %}
