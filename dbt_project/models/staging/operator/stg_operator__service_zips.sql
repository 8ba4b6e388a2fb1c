select
    brand_key,
    postal_code
from {{ source('operator', 'service_zips') }}
