{#- An id for what has none: the hash of some texts, whatever their case and the blanks around them. -#}
{% macro text_hash(texts) -%}
    md5(
        {%- for text in texts -%}
        coalesce(lower(trim({{ text }})), ''){{ " || '|' || " if not loop.last }}
        {%- endfor -%}
    )
{%- endmacro %}
