-- From every row that landed to the facts, by the UTC day of entry: what the vendor deleted counts nowhere, and what stands
-- there twice counts once. A lead or a call is doubled where two systems tell of the same one; a document only by a defect.
with landed as (
    select
        'jobs' as entity, job_key as row_key, platform, account_id, cast(created_at as date) as day_on, is_deleted,
        coalesce(total_amount, 0) as amount
    from {{ ref('int_jobs__unioned') }}
    union all
    select 'invoices', invoice_key, platform, account_id, cast(created_at as date), is_deleted, coalesce(total_amount, 0)
    from {{ ref('int_invoices__unioned') }}
    union all
    select 'payments', payment_key, platform, account_id, cast(created_at as date), is_deleted, coalesce(amount, 0)
    from {{ ref('int_payments__unioned') }}
    union all
    select 'calls', call_key, platform, account_id, cast(started_at as date), is_deleted, 0
    from {{ ref('int_calls__unioned') }}
),

facts as (
    select 'jobs' as entity, job_key as row_key, platform, account_id, false as is_duplicate, coalesce(total_amount, 0) as amount
    from {{ ref('fct_jobs') }}
    union all
    select 'invoices', invoice_key, platform, account_id, false, coalesce(total_amount, 0)
    from {{ ref('fct_invoices') }}
    union all
    select 'payments', payment_key, platform, account_id, false, coalesce(amount, 0)
    from {{ ref('fct_payments') }}
    union all
    select 'calls', call_key, platform, account_id, is_duplicate, 0
    from {{ ref('fct_calls') }}
),

copies as (
    select *, row_number() over (partition by entity, row_key order by is_deleted, amount desc) as copy_number
    from landed
),

rows_of_documents as (
    select entity, platform, account_id, day_on, 'vendor' as line, 1 as rows_count, amount
    from copies

    union all

    select entity, platform, account_id, day_on, 'inactive', -1, -amount
    from copies
    where is_deleted and copy_number = 1

    union all

    select entity, platform, account_id, day_on, 'doubled', -1, -amount
    from copies
    where copy_number > 1

    union all

    select facts.entity, facts.platform, facts.account_id, copies.day_on, 'doubled', -1, -facts.amount
    from facts
    left join copies on copies.entity = facts.entity and copies.row_key = facts.row_key and copies.copy_number = 1
    where facts.is_duplicate

    union all

    select facts.entity, facts.platform, facts.account_id, copies.day_on, 'ours', 1, facts.amount
    from facts
    left join copies on copies.entity = facts.entity and copies.row_key = facts.row_key and copies.copy_number = 1
    where not facts.is_duplicate
),

-- The record that the fact names stands for the request; the others tell of it once more.
lead_records as (
    select
        grouped.lead_key,
        records.platform,
        records.account_id,
        cast(coalesce(records.occurred_at, records.created_at) as date) as day_on,
        row_number() over (
            partition by grouped.lead_key
            order by
                case when facts.lead_key is not null then 0 else 1 end,
                records.record_entity desc,
                records.record_key
        ) as record_number
    from {{ ref('int_lead_records__unioned') }} as records
    inner join {{ ref('int_lead_records__grouped') }} as grouped on grouped.record_key = records.record_key
    left join {{ ref('fct_leads') }} as facts
        on facts.lead_key = grouped.lead_key
        and facts.platform = records.platform
        and facts.account_id = records.account_id
        and facts.native_id = records.native_id
),

rows_of_leads as (
    select 'lead records' as entity, platform, account_id, day_on, 'vendor' as line, 1 as rows_count, 0 as amount
    from lead_records

    union all

    select 'lead records', platform, account_id, day_on, 'doubled', -1, 0
    from lead_records
    where record_number > 1

    union all

    select 'lead records', facts.platform, facts.account_id, lead_records.day_on, 'ours', 1, 0
    from {{ ref('fct_leads') }} as facts
    left join lead_records on lead_records.lead_key = facts.lead_key and lead_records.record_number = 1
)

select 'de-duplicated ' || entity as bridge, platform, account_id, day_on, line, rows_count, amount
from (
    select * from rows_of_documents
    union all
    select * from rows_of_leads
) as lines
