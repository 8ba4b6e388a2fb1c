{#- The calendar day of a UTC timestamp in the account's own time zone. DuckDB and Postgres agree on this form. -#}
{% macro business_date(timestamp_utc, time_zone) -%}
    cast(({{ timestamp_utc }} at time zone 'UTC') at time zone {{ time_zone }} as date)
{%- endmacro %}
