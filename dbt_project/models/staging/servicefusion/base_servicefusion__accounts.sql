-- The company's own zone, and the zone in which its stamps are really written where the operator says so (option
-- naive_tz). It concerns jobs and estimates with what is inside them; customers and technicians are taken at their word.
select
    accounts.platform,
    accounts.account_id,
    accounts.timezone,
    settings.value as naive_tz
from {{ ref('stg_operator__accounts') }} as accounts
left join {{ ref('stg_operator__settings') }} as settings
    on settings.key = 'accounts.' || accounts.account_id || '.naive_tz'
where accounts.platform = 'servicefusion'
