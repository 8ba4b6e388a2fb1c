{#- The column identifies the row: it is never null, and no two rows share a value. `unique` and `not_null` in one pass,
    because each test of a build costs a tenth of a second before it reads a row. -#}
{% test primary_key(model, column_name) %}
select {{ column_name }}, count(*) as row_count
from {{ model }}
group by {{ column_name }}
having count(*) > 1 or {{ column_name }} is null
{% endtest %}
