select
    brand_key,
    brand_name,
    timezone,
    trades
from {{ ref('stg_operator__brands') }}
