{#- DuckDB only: everything that reads JSON stays in this file.

    json_fields(column, fields): parses the column once into a struct. `fields` maps a JSON key to a type: a SQL type
    name, a nested mapping for an object, or a one-element list for an array. Keep leaves VARCHAR and cast in the model:
    a value of another type would become NULL here without a word, where a cast fails loudly. A key that is absent gives
    NULL. -#}
{% macro json_fields(column, fields) -%}
    from_json({{ column }}, '{{ tojson(fields) }}')
{%- endmacro %}

{#- One row per element of a JSON array, each parsed into a struct; no row for null or []. -#}
{% macro json_elements(struct_list) -%}
    unnest({{ struct_list }})
{%- endmacro %}

{#- The `fields` of json_fields for `names` as text, plus `nested` (objects, arrays) as they are. -#}
{% macro text_fields(names, nested={}) -%}
    {%- set fields = {} -%}
    {%- for name in names -%}{%- do fields.update({name: 'VARCHAR'}) -%}{%- endfor -%}
    {%- do fields.update(nested) -%}
    {{ return(fields) }}
{%- endmacro %}

{#- A JSON object of SQL expressions, for vendor_attributes. -#}
{% macro json_object(expressions) -%}
    json_object({% for name, expression in expressions.items() %}'{{ name }}', {{ expression }}{{ ", " if not loop.last }}{% endfor %})
{%- endmacro %}

{#- The text at `path`, a SQL expression, for keys whose names are known only from data. -#}
{% macro json_text_at(column, path) -%}
    json_extract_string({{ column }}, {{ path }})
{%- endmacro %}
