{#- The columns that a table has at this moment; none while dbt only parses. For incremental models that must read a
    table which an earlier release made. -#}
{% macro column_names(relation) -%}
    {{ return(adapter.get_columns_in_relation(relation) | map(attribute='name') | list if execute else []) }}
{%- endmacro %}
