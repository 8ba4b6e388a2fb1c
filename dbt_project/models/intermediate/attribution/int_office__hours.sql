{{ config(materialized='view') }}
select
    {{ setting('office_hours.opens_minute', 'integer') }} as opens_minute,
    {{ setting('office_hours.closes_minute', 'integer') }} as closes_minute,
    -- DuckDB only: a list.
    list_transform(
        string_split({{ setting('office_hours.days', 'varchar') }}, ','), lambda day: cast(day as integer)
    ) as days
