-- Which campaign a number belongs to. A number that two campaigns of a brand claim proves neither.
with numbers as (
    select
        campaign_key,
        brand_key,
        {{ split_rows('tracking_phones', ',') }} as phone
    from {{ ref('int_campaigns__mapped') }}
    where tracking_phones is not null
)

select
    brand_key,
    {{ phone_digits('phone') }} as phone_digits,
    min(campaign_key) as campaign_key
from numbers
where {{ phone_digits('phone') }} is not null
group by brand_key, {{ phone_digits('phone') }}
having count(distinct campaign_key) = 1
