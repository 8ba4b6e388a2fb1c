{#- The canonical value of a vendor's enum value, looked up in the vendor's seed; null when the seed does not know it,
    which the model's `every_value_is_mapped` test turns into a failure. Comparison ignores case. -#}
{% macro canonical_value(vendor, field, value) -%}
    (
        select enum_values.canonical_value
        from {{ ref(vendor ~ '_enum_values') }} as enum_values
        where enum_values.field = '{{ field }}' and enum_values.vendor_value = lower({{ value }})
    )
{%- endmacro %}
