-- Which accounts feed a wire, by the records that they brought. An account that stops is seen by its newest record, even
-- when its pulls still end well.
with records as (
    select '1 lead in' as wire, platform, account_id, created_at from {{ ref('int_leads__unioned') }}
    union all
    select '1 lead in', platform, account_id, started_at from {{ ref('int_calls__unioned') }}
    union all
    select '2 booking out', platform, account_id, created_at from {{ ref('int_jobs__unioned') }}
    union all
    select '2 booking out', platform, account_id, created_at from {{ ref('int_leads__unioned') }}
    union all
    select '3 outcome back', platform, account_id, coalesce(updated_at, created_at) from {{ ref('int_jobs__unioned') }}
    union all
    select '3 outcome back', platform, account_id, coalesce(updated_at, created_at) from {{ ref('int_invoices__unioned') }}
    union all
    select '3 outcome back', platform, account_id, coalesce(updated_at, created_at) from {{ ref('int_payments__unioned') }}
    union all
    select '4 one customer', platform, account_id, created_at from {{ ref('int_customers__unioned') }}
    union all
    select '4 one customer', platform, account_id, created_at from {{ ref('int_leads__unioned') }}
)

select
    records.wire,
    records.platform,
    records.account_id,
    accounts.brand_key,
    count(*) as records,
    cast(max(records.created_at) as timestamp) as newest_record_at
from records
left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = records.account_id
group by records.wire, records.platform, records.account_id, accounts.brand_key
