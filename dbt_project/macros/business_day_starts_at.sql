{#- The UTC instant at which a business day begins in `time_zone`; 23- and 25-hour days included. -#}
{% macro business_day_starts_at(day, time_zone) -%}
    cast((cast({{ day }} as timestamp) at time zone {{ time_zone }}) at time zone 'UTC' as timestamp)
{%- endmacro %}
