-- What a lost lead is worth: the average completed and paid-for job of its brand and trade, before tax where the platform
-- tells. Rounded half up in whole cents, so that the average of the same jobs is the same cent everywhere.
select
    brand_key,
    trade,
    cast(floor((200 * sum(ticket_amount) + count(*)) / (2 * count(*))) / 100 as decimal(18, 2))
        as average_ticket_amount
from (
    select brand_key, trade, coalesce(subtotal_amount, total_amount) as ticket_amount
    from {{ ref('int_jobs__enriched') }}
    where is_completed
) as tickets
where ticket_amount > 0
group by brand_key, trade
