-- The operator's own numbers (offices, and all that ever was a tracking number) with the brand they belong to. A number
-- that two brands claim proves neither.
with numbers as (
    select brand_key, {{ phone_digits('phone') }} as phone_digits from {{ ref('stg_operator__brand_phones') }}
    union
    select brand_key, phone_digits from {{ ref('int_tracking_numbers__unnested') }}
    union
    select coalesce(numbers.brand_key, accounts.brand_key), {{ phone_digits('numbers.phone') }}
    from {{ ref('int_tracking_numbers__unioned') }} as numbers
    left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = numbers.account_id
)

select phone_digits, min(brand_key) as brand_key
from numbers
where phone_digits is not null
group by phone_digits
having count(distinct brand_key) = 1
