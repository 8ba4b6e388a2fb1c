{#- Hash over delimited parts; null when the native id is null, so that a missing reference stays missing.
    The delimiter keeps ('a','bc') and ('ab','c') apart. -#}
{% macro entity_key(platform, account_id, native_id) -%}
    case when {{ native_id }} is not null
        then md5({{ platform }} || '|' || {{ account_id }} || '|' || cast({{ native_id }} as varchar)) end
{%- endmacro %}
