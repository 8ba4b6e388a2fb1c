-- Fails with each person key that two households share. It is not about a human who moved: the household moves along.
select person_key, count(distinct household_key) as household_count
from {{ ref('bridge_household_members') }}
group by person_key
having count(distinct household_key) > 1
