{#- Whether credit is for a customer who had been served before: work finished for the household before the touch (before
    the booking, where no touch earned it). The visits of one chain count as one: its first booking decides. -#}
{% macro is_returning(served, credits, conversions) -%}
    coalesce(
        {{ served }}.first_completed_at
        < coalesce({{ credits }}.touch_at, {{ conversions }}.opportunity_at, {{ conversions }}.conversion_at),
        false
    )
{%- endmacro %}
