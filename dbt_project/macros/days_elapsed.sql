{#- How many days of the month that begins on `month_on` are over when `last_on` is the last day that is over; 0 when
    that is not known. -#}
{% macro days_elapsed(month_on, last_on) -%}
    case
        when {{ last_on }} >= {{ month_on }} then least(last_day({{ month_on }}), {{ last_on }}) - {{ month_on }} + 1
        else 0
    end
{%- endmacro %}
