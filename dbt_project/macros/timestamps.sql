{#- An ISO 8601 text as a UTC timestamp. The detour over timestamptz matters: a direct cast to timestamp drops an
    offset such as +02:00 without a word. Text without an offset is UTC (the session's TimeZone). Digits past the
    microsecond are cut off. -#}
{% macro utc_timestamp(text) -%}
    cast(cast({{ text }} as timestamptz) at time zone 'UTC' as timestamp)
{%- endmacro %}

{#- The date of a text that is a calendar date dressed as a timestamp (2026-02-11T00:00:00Z): never shifted by a
    zone. -#}
{% macro calendar_date(text) -%}
    cast(left({{ text }}, 10) as date)
{%- endmacro %}

{#- Seconds of a time span written as [days.]hh:mm:ss[.fraction]; a text of another form fails the cast. -#}
{% macro timespan_seconds(text) -%}
    {%- set form = "'^(?:(\\d+)\\.)?(\\d+):(\\d+):(\\d+)(?:\\.\\d+)?$'" -%}
    cast(
        coalesce(cast(nullif(regexp_extract({{ text }}, {{ form }}, 1), '') as integer), 0) * 86400
        + cast(regexp_extract({{ text }}, {{ form }}, 2) as integer) * 3600
        + cast(regexp_extract({{ text }}, {{ form }}, 3) as integer) * 60
        + cast(regexp_extract({{ text }}, {{ form }}, 4) as integer)
    as integer)
{%- endmacro %}

{#- A text that is the wall clock of `time_zone`, without an offset, as a UTC timestamp; an empty text is null. When
    summer time ends an hour comes twice: it is read as the second. -#}
{% macro utc_from_local(text, time_zone) -%}
    cast((cast(nullif({{ text }}, '') as timestamp) at time zone {{ time_zone }}) at time zone 'UTC' as timestamp)
{%- endmacro %}

{#- A stamp whose offset may be a lie: the wall clock of `naive_zone` where one is given, else what it says. -#}
{% macro doubtful_timestamp(text, naive_zone) -%}
    case
        when {{ naive_zone }} is null then {{ utc_timestamp(text) }}
        else {{ utc_from_local("left(" ~ text ~ ", 19)", naive_zone) }}
    end
{%- endmacro %}
