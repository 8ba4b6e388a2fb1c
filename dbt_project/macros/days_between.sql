{#- Days from one timestamp to a later one, with their fraction. DuckDB only: `epoch` of an interval; Postgres:
    extract(epoch from ...). -#}
{% macro days_between(earlier, later) -%}
    epoch({{ later }} - {{ earlier }}) / 86400.0
{%- endmacro %}
