{#- Office hours, weekly and the same on every open day. `hours` is a relation with opens_minute, closes_minute and days
    (a list of weekdays, 1 is Monday): the model int_office__hours. Local times are timestamps without a zone. -#}

{#- The wall clock of a UTC timestamp in a time zone. -#}
{% macro local_time(timestamp_utc, time_zone) -%}
    ({{ timestamp_utc }} at time zone 'UTC') at time zone {{ time_zone }}
{%- endmacro %}

{#- Whether a local time lies outside office hours. DuckDB only: list functions. -#}
{% macro is_after_hours(local_time, hours) -%}
    not (
        list_contains({{ hours }}.days, cast(isodow({{ local_time }}) as integer))
        and epoch({{ local_time }}) % 86400 >= {{ hours }}.opens_minute * 60
        and epoch({{ local_time }}) % 86400 < {{ hours }}.closes_minute * 60
    )
{%- endmacro %}

{#- Office seconds from a Monday long ago to a local time; the difference of two is the office time between them. -#}
{% macro office_seconds(local_time, hours) -%}
    cast(
        (
            (date_diff('day', date '2000-01-03', cast({{ local_time }} as date)) // 7) * len({{ hours }}.days)
            + len(list_filter({{ hours }}.days, lambda day: day < isodow({{ local_time }})))
        ) * ({{ hours }}.closes_minute - {{ hours }}.opens_minute) * 60
        + case when list_contains({{ hours }}.days, cast(isodow({{ local_time }}) as integer)) then
            greatest(
                least(epoch({{ local_time }}) % 86400, {{ hours }}.closes_minute * 60) - {{ hours }}.opens_minute * 60,
                0
            )
          else 0 end
        as bigint
    )
{%- endmacro %}
