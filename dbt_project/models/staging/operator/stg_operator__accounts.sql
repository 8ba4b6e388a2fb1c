select
    platform,
    account_id,
    brand_key,
    timezone
from {{ source('operator', 'accounts') }}
