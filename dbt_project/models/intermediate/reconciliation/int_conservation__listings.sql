-- From what each object listed at the vendor to what was held after the pull that followed, as the newest sweep found it.
select
    'landed ' || object_name as bridge,
    platform,
    account_id,
    created_on as day_on,
    'vendor' as line,
    vendor_rows as rows_count,
    vendor_amount as amount
from {{ ref('stg_operator__sweep_days') }}

union all

select 'landed ' || object_name, platform, account_id, created_on, cause, row_difference, amount_difference
from {{ ref('stg_operator__sweep_rows') }}
where not is_repaired

union all

select 'landed ' || object_name, platform, account_id, created_on, 'ours', held_rows, held_amount
from {{ ref('stg_operator__sweep_days') }}
