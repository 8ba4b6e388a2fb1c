-- What a lost lead is worth: the average completed and paid-for job of its brand and trade.
select
    brand_key,
    trade,
    cast(round(avg(total_amount), 2) as decimal(18, 2)) as average_ticket_amount
from {{ ref('int_jobs__enriched') }}
where is_completed
  and total_amount > 0
group by brand_key, trade
