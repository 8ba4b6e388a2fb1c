select
    platform,
    account_id,
    object as object_name,
    created_on,
    cast(vendor_rows as bigint) as vendor_rows,
    cast(vendor_amount as decimal(18, 2)) as vendor_amount,
    cast(held_rows as bigint) as held_rows,
    cast(held_amount as decimal(18, 2)) as held_amount
from {{ source('operator', 'sweep_days') }}
