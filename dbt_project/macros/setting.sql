{#- One value of the operator's configuration (stg_operator__settings), cast to `type`, as a scalar subquery.
    The configuration always writes every key, so a NULL here means a misspelt key: `assert_settings_are_known`
    fails. -#}
{% macro setting(key, type) -%}
    (select cast(value as {{ type }}) from {{ ref('stg_operator__settings') }} where key = '{{ key }}')
{%- endmacro %}
