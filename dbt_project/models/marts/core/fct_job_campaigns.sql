-- What each job named as its source, from when to when that was known. The first row of a job is what it was booked as, as far
-- as was seen; the last is what it says now, and what the reports go by.
with revisions as (
    select
        *,
        lead(known_at) over (partition by job_key order by revision) as known_until_at,
        lag(campaign_key) over (partition by job_key order by revision) as former_campaign_key,
        lag(source_name) over (partition by job_key order by revision) as former_source_name
    from {{ ref('int_job_campaigns__known') }}
),

texts as (
    select source_text, channel
    from {{ ref('int_source_texts__mapped') }}
    where match_on = 'text'
)

select
    revisions.job_key,
    revisions.revision,
    jobs.platform,
    jobs.account_id,
    jobs.native_id,
    jobs.native_url,
    accounts.brand_key,
    revisions.campaign_key,
    revisions.campaign_name,
    coalesce(campaigns.channel, texts.channel) as channel,
    case when revisions.revision > 1 then coalesce(former_campaigns.channel, former_texts.channel) end as former_channel,
    revisions.known_at,
    revisions.known_on,
    revisions.known_until_at,
    revisions.known_until_at is null as is_current
from revisions
inner join {{ ref('int_jobs__unioned') }} as jobs on jobs.job_key = revisions.job_key
left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = jobs.account_id
left join {{ ref('int_campaigns__mapped') }} as campaigns on campaigns.campaign_key = revisions.campaign_key
left join texts on texts.source_text = lower(trim(revisions.source_name))
left join {{ ref('int_campaigns__mapped') }} as former_campaigns
    on former_campaigns.campaign_key = revisions.former_campaign_key
left join texts as former_texts on former_texts.source_text = lower(trim(revisions.former_source_name))
