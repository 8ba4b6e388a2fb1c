{#- The texts of a group joined into one, in the order of `order_by`. DuckDB only: a list that is sorted afterwards costs a
    fifth of `string_agg(text, delimiter order by ...)` where groups are many and small; elsewhere write that. -#}
{% macro text_in_order(text, order_by, delimiter) -%}
    array_to_string(
        list_transform(
            list_sort(list({'place': {{ order_by }}, 'text': {{ text }}})),
            lambda one: one.text
        ),
        '{{ delimiter }}'
    )
{%- endmacro %}
