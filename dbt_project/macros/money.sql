{#- Integer cents to dollars, exact: a decimal product, because a decimal division is a float. The only place where
    cents become dollars. -#}
{% macro cents_to_amount(cents) -%}
    cast(cast({{ cents }} as decimal(16, 0)) * 0.01 as decimal(18, 2))
{%- endmacro %}

{#- Integer millionths to an amount: ad platforms count so. Kept to a hundredth of a cent, as ad spend is; what is finer
    is rounded. -#}
{% macro micros_to_amount(micros) -%}
    cast(cast({{ micros }} as decimal(18, 0)) * 0.000001 as decimal(18, 4))
{%- endmacro %}
