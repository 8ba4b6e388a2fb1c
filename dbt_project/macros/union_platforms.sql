{#- All platforms that produce `entity`, in the column order and types of the contract (this model's own yml).
    A platform without the staging model is a compile error; a missing column is an error that names the platform's
    model. -#}
{% macro union_platforms(entity) -%}
    {%- set platforms = [] -%}
    {%- for platform, entities in var('platforms').items() if entity in entities -%}
        {#- Named always, so that the order of models does not depend on who is in use. -#}
        {%- set staged = ref('stg_' ~ platform ~ '__' ~ entity) -%}
        {%- if is_in_use(platform) -%}{%- do platforms.append(platform) -%}{%- endif -%}
    {%- endfor -%}
    {%- if not platforms %}
select
    {%- for name, column in model.columns.items() %}
    cast(null as {{ column.data_type }}) as {{ name }}{{ "," if not loop.last }}
    {%- endfor %}
where false
    {%- endif %}
    {%- for platform in platforms %}
select
    {%- for name, column in model.columns.items() %}
    cast({{ name }} as {{ column.data_type }}) as {{ name }}{{ "," if not loop.last }}
    {%- endfor %}
from {{ ref('stg_' ~ platform ~ '__' ~ entity) }}
{{ "union all" if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
