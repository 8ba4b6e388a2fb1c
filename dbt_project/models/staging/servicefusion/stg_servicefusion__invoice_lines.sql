-- Lines belong to the job. Where one invoice asks for all of it, they are the invoice's.
with jobs as (
    select
        jobs.platform, jobs.account_id, invoices.native_id as invoice_native_id, invoices.is_deleted, jobs.changed_at,
        jobs.job as job
    from {{ ref('base_servicefusion__jobs') }} as jobs
    inner join {{ ref('base_servicefusion__invoices') }} as invoices
        on invoices.account_id = jobs.account_id and invoices.native_id = jobs.job.invoices[1].id
    where len(jobs.job.invoices) = 1 and invoices.is_whole
),

services as (
    select * exclude (job), 'service' as line_kind, {{ json_elements('job.services') }} as line from jobs
),

products as (
    -- Material and equipment are not told apart.
    select * exclude (job), 'material' as line_kind, {{ json_elements('job.products') }} as line from jobs
),

charges as (
    select * exclude (job), {{ json_elements('job.other_charges') }} as charge from jobs
),

lines as (
    select
        platform, account_id, invoice_native_id, is_deleted, changed_at, line_kind, line.name as line_name,
        cast(line.multiplier as decimal(18, 4)) as quantity, cast(line.rate as decimal(18, 4)) as unit_price_amount,
        cast(line.total as decimal(18, 2)) as total_amount, line.cost as cost, line.description as description
    from (select * from services union all select * from products)

    union all

    select
        platform, account_id, invoice_native_id, is_deleted, changed_at,
        case when charge.is_discount = 'true' then 'discount' else 'other' end, charge.name,
        cast(1 as decimal(18, 4)), cast(charge.rate as decimal(18, 4)),
        case
            when charge.is_discount = 'true' then -abs(cast(charge.total as decimal(18, 2)))
            else cast(charge.total as decimal(18, 2))
        end,
        null, null
    from charges
),

numbered as (
    select
        *,
        invoice_native_id || '|' || line_kind || '|' || row_number() over (
            partition by account_id, invoice_native_id, line_kind order by line_name, total_amount, quantity
        ) as native_id
    from lines
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as invoice_line_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    is_deleted,
    {{ entity_key('platform', 'account_id', 'invoice_native_id') }} as invoice_key,
    line_name,
    line_kind,
    quantity,
    unit_price_amount,
    total_amount,
    -- Whether `cost` is of one piece or of the line is not documented.
    cast(null as decimal(18, 2)) as cost_amount,
    {{ json_object({'description': 'description', 'cost': 'cost'}) }} as vendor_attributes,
    changed_at as _loaded_at
from numbered
