select
    key,
    value
from {{ source('operator', 'settings') }}
