{#- Integer cents to dollars, exact: a decimal product, because a decimal division is a float. The only place where
    cents become dollars. -#}
{% macro cents_to_amount(cents) -%}
    cast(cast({{ cents }} as decimal(16, 0)) * 0.01 as decimal(18, 2))
{%- endmacro %}
