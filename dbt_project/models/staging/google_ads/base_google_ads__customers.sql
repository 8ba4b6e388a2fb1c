-- The advertiser's account. Its own time zone is that of all its days and wall clocks, whatever the operator's file says.
with parsed as (
    select
        account_id,
        {{ json_fields('payload', {'customer': text_fields(['currencyCode', 'timeZone'])}) }} as row_read
    from {{ source('google_ads', 'customers') }}
    where removed_at is null
)

select
    accounts.account_id,
    coalesce(max(parsed.row_read.customer.timeZone), max(accounts.timezone)) as timezone,
    max(parsed.row_read.customer.currencyCode) as currency
from {{ ref('stg_operator__accounts') }} as accounts
left join parsed on parsed.account_id = accounts.account_id
where accounts.platform = 'google_ads'
group by accounts.account_id
