-- Line items of billed jobs.
with items as (
    select
        platform, account_id, native_id as job_native_id, {{ json_elements('job.LineItems') }} as item, removed_at,
        changed_at
    from {{ ref('base_workiz__jobs') }}
    where is_billed
),

priced as (
    select
        *,
        cast(coalesce(nullif(item.Quantity, ''), '1') as decimal(18, 4)) as quantity,
        cast(coalesce(nullif(item.Price, ''), '0') as decimal(18, 4)) as unit_price_amount
    from items
),

-- Should a line's id repeat within a job, the repetition stays a row of its own instead of vanishing.
numbered as (
    select
        *,
        row_number() over (
            partition by account_id, job_native_id, item.Id order by unit_price_amount, item.Name
        ) as repetition
    from priced
),

named as (
    select
        *,
        job_native_id || '|' || item.Id || case when repetition > 1 then '|' || repetition else '' end as native_id
    from numbered
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as invoice_line_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    removed_at is not null as is_deleted,
    {{ entity_key('platform', 'account_id', 'job_native_id') }} as invoice_key,
    item.Name as line_name,
    -- A discount has no type of its own; only its sign tells.
    case
        when unit_price_amount < 0 then 'discount'
        else {{ canonical_value('workiz', 'line_item.type', 'item.Type') }}
    end as line_kind,
    item.Type as vendor_line_type,
    quantity,
    unit_price_amount,
    cast(quantity * unit_price_amount as decimal(18, 2)) as total_amount,
    cast(quantity * cast(nullif(item.Cost, '') as decimal(18, 4)) as decimal(18, 2)) as cost_amount,
    {{ json_object({'description': 'item.Description', 'is_taxable': "item.Taxable = '1'"}) }} as vendor_attributes,
    changed_at as _loaded_at
from named
