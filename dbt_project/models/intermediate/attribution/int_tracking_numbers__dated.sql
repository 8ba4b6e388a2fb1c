-- What a number stood for, and when, as call tracking tells it. A number that is given to another campaign keeps the calls
-- that it had before. Where two statements overlap and differ, neither counts for that time.
select
    coalesce(numbers.brand_key, accounts.brand_key) as brand_key,
    {{ phone_digits('numbers.phone') }} as phone_digits,
    numbers.source_name,
    numbers.campaign_name,
    coalesce(numbers.assigned_at, cast('1900-01-01' as timestamp)) as valid_from,
    coalesce(numbers.released_at, cast('9999-12-31' as timestamp)) as valid_until
from {{ ref('int_tracking_numbers__unioned') }} as numbers
left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = numbers.account_id
where {{ phone_digits('numbers.phone') }} is not null
  and not numbers.is_deleted
