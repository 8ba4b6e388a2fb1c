-- What is at stake in a job: its price once it is done, before that what such a job brings on average; nothing once it is
-- canceled. Before tax where the platform tells.
select
    jobs.job_key,
    jobs.brand_key,
    jobs.trade,
    jobs.booked_on,
    case
        when jobs.is_canceled then 0
        when jobs.is_completed then coalesce(jobs.subtotal_amount, jobs.total_amount, 0)
        else coalesce(tickets.average_ticket_amount, 0)
    end as worth_amount
from {{ ref('int_jobs__enriched') }} as jobs
left join {{ ref('int_tickets__averaged') }} as tickets
    on tickets.brand_key = jobs.brand_key
    and tickets.trade is not distinct from jobs.trade
