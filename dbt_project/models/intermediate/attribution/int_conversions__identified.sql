-- What credit is given for: every job, and every piece of money that belongs to no job (a membership billing, a payment
-- on account), so that credit adds up to the ledger. Chains are judged by their first job: its trade, its booking time.
with retention_campaigns as (
    select campaign_key from {{ ref('int_campaigns__mapped') }} where channel = 'existing_customer'
),

retention_texts as (
    select source_text
    from {{ ref('int_source_texts__mapped') }}
    where match_on = 'text' and channel = 'existing_customer'
),

jobs as (
    select * from {{ ref('int_jobs__enriched') }}
),

jobless_entries as (
    select
        conversion_key,
        min(platform) as platform,
        min(account_id) as account_id,
        min(brand_key) as brand_key,
        min(household_key) as household_key,
        min(event_at) as conversion_at,
        min(event_on) as conversion_on
    from {{ ref('int_revenue_entries__unioned') }}
    where job_key is null and is_revenue
    group by conversion_key
)

select
    jobs.job_key as conversion_key,
    'job' as conversion_kind,
    jobs.job_key,
    jobs.opportunity_key,
    jobs.platform,
    jobs.account_id,
    jobs.brand_key,
    jobs.household_key,
    jobs.trade,
    jobs.booked_at as conversion_at,
    jobs.booked_on as conversion_on,
    roots.booked_at as opportunity_at,
    roots.trade as opportunity_trade,
    roots.membership_key is not null
    or retention_campaigns.campaign_key is not null
    or retention_texts.source_text is not null as is_retention
from jobs
inner join jobs as roots on roots.job_key = jobs.opportunity_key
left join retention_campaigns on retention_campaigns.campaign_key = roots.campaign_key
left join retention_texts on retention_texts.source_text = lower(trim(roots.source_name))

union all

select
    conversion_key,
    'unlinked_money',
    null,
    null,
    platform,
    account_id,
    brand_key,
    household_key,
    null,
    conversion_at,
    conversion_on,
    null,
    null,
    false
from jobless_entries
