{#- The trade that a name made up by an office speaks of ("Plumbing Service", "Water Heater Repair"); null when it
    speaks of none. Names are no vendor enum, so an unknown one is no error: the brand's only trade fills in later. -#}
{% macro trade_named(name) -%}
    case
        when lower({{ name }}) similar to '.*(hvac|heating|cooling|furnace|air condition).*' then 'hvac'
        when lower({{ name }}) similar to '.*(plumb|drain|sewer|water heater).*' then 'plumbing'
        when lower({{ name }}) similar to '.*(electric|wiring).*' then 'electrical'
        when lower({{ name }}) similar to '.*(roof|gutter).*' then 'roofing'
    end
{%- endmacro %}
