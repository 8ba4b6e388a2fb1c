{#- A name reduced to what people mean by it: lower case, every run of other characters one hyphen. "AC  Repair
    (Metro)" and "ac-repair-metro" agree. DuckDB needs the option g to replace every run, Postgres reads it alike. -#}
{% macro slug(text) -%}
    nullif(trim(regexp_replace(lower({{ text }}), '[^a-z0-9]+', '-', 'g'), '-'), '')
{%- endmacro %}

{#- The last ten digits of a phone number as written, for comparing numbers of one country; null under ten digits.
    Identity normalises people's phones properly: this is for tracking and office numbers alone. -#}
{% macro phone_digits(text) -%}
    case
        when length(regexp_replace({{ text }}, '[^0-9]', '', 'g')) >= 10
            then right(regexp_replace({{ text }}, '[^0-9]', '', 'g'), 10)
    end
{%- endmacro %}
