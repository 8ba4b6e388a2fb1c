select distinct contact_value
from {{ ref('int_contact_points__typed') }}
where contact_kind = 'phone'
union
select distinct phone from {{ ref('stg_operator__brand_phones') }} where phone is not null
union
select distinct trim(from_phone) from {{ ref('int_calls__unioned') }} where trim(from_phone) <> ''
union
select distinct trim(to_phone) from {{ ref('int_calls__unioned') }} where trim(to_phone) <> ''
