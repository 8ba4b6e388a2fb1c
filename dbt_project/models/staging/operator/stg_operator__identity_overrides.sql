select
    left_platform,
    left_account_id,
    left_entity,
    left_native_id,
    right_platform,
    right_account_id,
    right_entity,
    right_native_id,
    decision,
    cast(decided_at as timestamp) as decided_at,
    decided_by,
    note
from {{ source('operator', 'identity_overrides') }}
