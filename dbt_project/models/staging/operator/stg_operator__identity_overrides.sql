select
    left_platform,
    left_account_id,
    left_entity,
    left_native_id,
    right_platform,
    right_account_id,
    right_entity,
    right_native_id,
    decision
from {{ source('operator', 'identity_overrides') }}
