{#- The journeys that are judged together by models that learn from many: one brand, one calendar year of booking (UTC).
    A year holds every season, and the shares of a year that is over change only when its own data does. -#}
{% macro population_key(brand_key, booked_at) -%}
    coalesce({{ brand_key }}, '') || '-' || cast(year({{ booked_at }}) as varchar)
{%- endmacro %}
