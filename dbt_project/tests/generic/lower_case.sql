{#- A column that is compared with lower-case text is in lower case itself; a value that is not would never be found. -#}
{% test lower_case(model, column_name) %}
select {{ column_name }}
from {{ model }}
where {{ column_name }} <> lower({{ column_name }})
{% endtest %}
