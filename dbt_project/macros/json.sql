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

{#- The position, from 1, of each element that json_elements of the same list gives beside it. -#}
{% macro json_positions(struct_list) -%}
    generate_subscripts({{ struct_list }}, 1)
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
    json_object(
        {%- for name, expression in expressions.items() -%}
        '{{ name }}', {{ expression }}{{ ", " if not loop.last }}
        {%- endfor -%}
    )
{%- endmacro %}

{#- The text at `path`, a SQL expression, for keys whose names are known only from data. -#}
{% macro json_text_at(column, path) -%}
    json_extract_string({{ column }}, {{ path }})
{%- endmacro %}

{#- The text at a literal path such as $.customer.id; null when absent. For tests of what json_fields read: another way
    to the same value. -#}
{% macro json_text(column, path) -%}
    json_extract_string({{ column }}, '{{ path }}')
{%- endmacro %}

{#- The number at a path, with more decimals than any amount has: what rounds on its way to staging is found. -#}
{% macro json_decimal(column, path) -%}
    cast({{ json_text(column, path) }} as decimal(28, 8))
{%- endmacro %}

{#- How many elements the array at a path has; 0 when it is absent or null. -#}
{% macro json_length(column, path) -%}
    coalesce(json_array_length({{ column }}, '{{ path }}'), 0)
{%- endmacro %}

{#- How many different texts the array at a path has, blanks around them not counted. -#}
{% macro json_distinct_length(column, path) -%}
    coalesce(len(list_distinct(list_transform(
        json_extract_string({{ column }}, '{{ path }}[*]'), lambda element: trim(element)
    ))), 0)
{%- endmacro %}

{#- How many of some literal paths hold a text that is not blank. -#}
{% macro json_filled(column, paths) -%}
    ({%- for path in paths -%}
    case when trim(coalesce({{ json_text(column, path) }}, '')) <> '' then 1 else 0 end
    {{- " + " if not loop.last }}
    {%- endfor -%})
{%- endmacro %}

{#- The sum of an amount over the objects of the array at a path: of each object the first of `fields` that it has;
    0 for no array. `absolute`: sizes are added, whatever their signs. -#}
{% macro json_sum(column, path, fields, absolute=false) -%}
    {%- set values = [] -%}
    {%- for field in fields -%}{%- do values.append("json_extract_string(element, '$." ~ field ~ "')") -%}{%- endfor -%}
    {%- set number = "cast(coalesce(" ~ values | join(", ") ~ ", '0') as decimal(28, 8))" -%}
    coalesce(list_sum(list_transform(
        json_extract({{ column }}, '{{ path }}[*]'),
        lambda element: {{ "abs(" ~ number ~ ")" if absolute else number }}
    )), 0)
{%- endmacro %}

{#- How many texts at some paths with wildcards (arrays within arrays) are not blank. -#}
{% macro json_filled_length(column, paths) -%}
    ({%- for path in paths -%}
    len(list_filter(
        json_extract_string({{ column }}, '{{ path }}'), lambda element: trim(coalesce(element, '')) <> ''
    ))
    {{- " + " if not loop.last }}
    {%- endfor -%})
{%- endmacro %}
