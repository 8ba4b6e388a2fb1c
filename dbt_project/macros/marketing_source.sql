{#- The id of one marketing source: brand, channel and campaign, whatever spelling it was written in. A channel
    without a campaign is a source too. -#}
{% macro marketing_source_key(brand_key, channel, campaign_name) -%}
    md5(coalesce({{ brand_key }}, '') || '|' || {{ channel }} || '|' || coalesce({{ slug(campaign_name) }}, ''))
{%- endmacro %}

{#- Host of an address: what stands between :// and the next slash. Portable. -#}
{% macro url_host(url) -%}
    nullif(split_part(split_part(split_part(lower({{ url }}), '://', 2), '/', 1), '?', 1), '')
{%- endmacro %}

{#- One row per part of a delimited text. DuckDB only; Postgres: unnest(string_to_array(...)). -#}
{% macro split_rows(text, delimiter) -%}
    unnest(string_split({{ text }}, '{{ delimiter }}'))
{%- endmacro %}
