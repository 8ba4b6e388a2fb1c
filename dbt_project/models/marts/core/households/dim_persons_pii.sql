-- Grain: one person, with every name that the systems know the person by.
with names as (
    select
        person_key,
        household_key,
        coalesce(name, company_name) as name,
        row_number() over (
            partition by person_key
            order by coalesce(name, company_name) is null, entity, first_seen_at, record_key
        ) as name_position
    from {{ ref('dim_records_pii') }}
)

select
    person_key,
    household_key,
    max(case when name_position = 1 then name end) as display_name,
    string_agg(distinct name, '; ' order by name) as names
from names
group by person_key, household_key
