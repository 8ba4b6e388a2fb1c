-- "Now" for grace periods, maturity and age: the newest change that the data itself knows. The wall clock would make two
-- builds of the same data differ, and would age every gap while a vendor is down.
with changes as (
    select max(greatest(coalesce(updated_at, created_at), created_at)) as changed_at from {{ ref('int_jobs__unioned') }}
    union all
    select max(coalesce(updated_at, created_at)) from {{ ref('int_invoices__unioned') }}
    union all
    select max(coalesce(updated_at, created_at)) from {{ ref('int_payments__unioned') }}
    union all
    select max(coalesce(updated_at, created_at)) from {{ ref('int_leads__unioned') }}
    union all
    select max(started_at) from {{ ref('int_calls__unioned') }}
)

select
    max(changed_at) as as_of_at,
    cast(max(changed_at) as date) as as_of_on
from changes
