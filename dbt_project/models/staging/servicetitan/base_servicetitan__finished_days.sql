-- The present as the account's own records show it, so that a rebuild from the archive gives the same: the day before
-- the one on which anything was last changed.
with activity as (
    {%- for object in ['jobs', 'calls', 'invoices'] %}
    select account_id, modified_at from {{ source('servicetitan', object) }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

last_activity as (
    select account_id, max(modified_at) as last_seen_at
    from activity
    group by account_id
)

select
    last_activity.account_id,
    {{ business_date('last_activity.last_seen_at', 'accounts.timezone') }} - 1 as last_finished_on
from last_activity
left join {{ ref('stg_operator__accounts') }} as accounts
    on accounts.platform = 'servicetitan' and accounts.account_id = last_activity.account_id
