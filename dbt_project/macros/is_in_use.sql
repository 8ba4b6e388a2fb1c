{#- Whether the operator uses a platform: FOURWIRE_PLATFORMS names those in use; empty means all. What is not in use is
    not built, so nothing may select from it. -#}
{% macro is_in_use(platform) -%}
    {%- set used = env_var('FOURWIRE_PLATFORMS', '') -%}
    {{- return(used == '' or platform in used.split(',')) -}}
{%- endmacro %}
