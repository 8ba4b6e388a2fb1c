select
    brand_key,
    brand_name,
    timezone,
    trades
from {{ source('operator', 'brands') }}
