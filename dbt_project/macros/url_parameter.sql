{#- The decoded value of one query parameter of a URL, case kept (click ids are case-sensitive); null when absent.
    DuckDB only. -#}
{% macro url_parameter(url, name) -%}
    nullif(url_decode(regexp_extract({{ url }}, '[?&]{{ name }}=([^&#]*)', 1)), '')
{%- endmacro %}
