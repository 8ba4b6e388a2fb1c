{{ config(materialized='view') }}
select household_key, min(completed_at) as first_completed_at
from {{ ref('int_jobs__enriched') }}
where is_completed and household_key is not null
group by household_key
