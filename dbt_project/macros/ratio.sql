{#- A quotient for reports: NULL when there is nothing to divide by, never zero or infinity (DuckDB would give inf). -#}
{% macro ratio(numerator, denominator) -%}
    cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0)
{%- endmacro %}
