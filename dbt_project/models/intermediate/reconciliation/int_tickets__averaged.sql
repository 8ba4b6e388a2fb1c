-- What a lost lead is worth: the average completed and paid-for job of its brand and trade, before tax where the platform
-- tells; where nobody knows the trade, of its brand. Rounded half up in whole cents, so that the average of the same jobs
-- is the same cent everywhere.
with tickets as (
    select brand_key, trade, coalesce(subtotal_amount, total_amount) as ticket_amount
    from {{ ref('int_jobs__enriched') }}
    where is_completed and coalesce(subtotal_amount, total_amount) > 0
),

summed as (
    select brand_key, trade, sum(ticket_amount) as amount, count(*) as jobs
    from tickets
    where trade is not null
    group by brand_key, trade

    union all

    select brand_key, null, sum(ticket_amount), count(*)
    from tickets
    group by brand_key
)

select
    brand_key,
    trade,
    cast(floor((200 * amount + jobs) / (2 * jobs)) / 100 as decimal(18, 2)) as average_ticket_amount
from summed
