select
    brand_key,
    phone
from {{ source('operator', 'brand_phones') }}
