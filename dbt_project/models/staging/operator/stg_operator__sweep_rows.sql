select
    platform,
    account_id,
    object as object_name,
    native_id,
    created_on,
    cause,
    cast(row_difference as bigint) as row_difference,
    cast(amount_difference as decimal(18, 2)) as amount_difference,
    is_repaired,
    cast(swept_at as timestamp) as swept_at
from {{ source('operator', 'sweep_rows') }}
