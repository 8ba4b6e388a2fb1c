-- Everything that says where a request came from, one row per statement, strongest method first by `precedence`. The
-- subject of a statement is a request (fct_leads) or, where a job has none on record, the job itself. Statements that
-- name no source ("no campaign", "unknown") are silence, not evidence.
with records as (
    select records.*, grouped.lead_key
    from {{ ref('int_lead_records__unioned') }} as records
    inner join {{ ref('int_lead_records__grouped') }} as grouped on grouped.record_key = records.record_key
),

campaigns as (
    select * from {{ ref('int_campaigns__mapped') }}
),

texts as (
    select * from {{ ref('int_source_texts__mapped') }}
),

jobs as (
    select * from {{ ref('int_jobs__enriched') }}
),

job_leads as (
    select job_key, min(lead_key) as lead_key
    from records
    where job_key is not null
    group by job_key
),

visits as (
    select
        lead_key,
        record_key,
        utm_campaign,
        case
            when gclid is not null then 'gclid'
            when gbraid is not null then 'gbraid'
            when wbraid is not null then 'wbraid'
            when msclkid is not null then 'msclkid'
            else 'fbclid'
        end as click_id_kind,
        coalesce(gclid, gbraid, wbraid, msclkid, fbclid) as click_id
    from records
    where coalesce(gclid, gbraid, wbraid, msclkid, fbclid) is not null
),

-- What the ad platforms themselves say of their clicks.
clicks as (
    select click_id, max(campaign_name) as campaign_name
    from {{ ref('int_ad_clicks__unioned') }}
    where not is_deleted
    group by click_id
),

-- The ad platform's name of the campaign is like the landing page's: one that dispatch may know by another name, so it
-- carries no key and is learned (int_campaign_names__learned).
click_ids as (
    select
        visits.lead_key,
        visits.record_key,
        'click_id' as method,
        kinds.channel,
        coalesce(clicks.campaign_name, visits.utm_campaign) as campaign_name,
        visits.click_id as evidence_text,
        cast(null as varchar) as campaign_key
    from visits
    inner join {{ ref('click_id_kinds') }} as kinds on kinds.click_id_kind = visits.click_id_kind
    left join clicks on clicks.click_id = visits.click_id
),

-- What call tracking says of the number on the day of the call, else the campaign that dispatch put the call to. The name
-- that call tracking uses carries no key unless dispatch has it too: it is learned like those of landing pages.
numbers_read as (
    select
        records.lead_key,
        records.record_key,
        records.dialled_source_name,
        records.dialled_campaign_name,
        campaigns.channel as campaign_channel,
        campaigns.campaign_name,
        campaigns.recorded_campaign_name,
        campaigns.campaign_key,
        coalesce(nullif(by_source.channel, 'unmapped'), by_campaign.channel, by_source.channel) as dialled_channel,
        {{ slug('records.dialled_campaign_name') }} = {{ slug('campaigns.recorded_campaign_name') }} as is_same_name
    from records
    left join campaigns on campaigns.campaign_key = records.campaign_key
    left join texts as by_source
        on by_source.match_on = 'text' and by_source.source_text = lower(trim(records.dialled_source_name))
    left join texts as by_campaign
        on by_campaign.match_on = 'text' and by_campaign.source_text = lower(trim(records.dialled_campaign_name))
    where records.record_entity = 'call'
),

numbers_named as (
    select
        lead_key,
        record_key,
        case
            when dialled_source_name is null then campaign_channel
            else coalesce(nullif(dialled_channel, 'unmapped'), campaign_channel, dialled_channel)
        end as channel,
        case
            when dialled_source_name is null or is_same_name then campaign_name
            else dialled_campaign_name
        end as campaign_name,
        coalesce(dialled_source_name, recorded_campaign_name) as evidence_text,
        case when dialled_source_name is null or is_same_name then campaign_key end as campaign_key
    from numbers_read
),

numbers_dialled as (
    select
        numbers_named.lead_key,
        numbers_named.record_key,
        coalesce(marketplaces.method, 'tracking_number') as method,
        numbers_named.channel,
        numbers_named.campaign_name,
        numbers_named.evidence_text,
        numbers_named.campaign_key
    from numbers_named
    left join {{ ref('lead_marketplaces') }} as marketplaces on marketplaces.channel = numbers_named.channel
    where numbers_named.channel is not null
),

marketplace_leads as (
    select
        records.lead_key,
        records.record_key,
        marketplaces.method,
        texts.channel,
        campaigns.campaign_name,
        records.source_name as evidence_text,
        campaigns.campaign_key
    from records
    inner join texts on texts.match_on = 'text' and texts.source_text = lower(trim(records.source_name))
    inner join {{ ref('lead_marketplaces') }} as marketplaces on marketplaces.channel = texts.channel
    left join campaigns on campaigns.campaign_key = records.campaign_key and campaigns.channel = texts.channel
    where records.lead_kind = 'marketplace'
),

landing_parameters as (
    select
        records.lead_key,
        records.record_key,
        'utm' as method,
        texts.channel,
        records.utm_campaign as campaign_name,
        texts.source_text as evidence_text,
        cast(null as varchar) as campaign_key
    from records
    inner join texts
        on texts.match_on = 'utm'
        and texts.source_text = lower(trim(records.utm_source)) || ' / ' || coalesce(lower(trim(records.utm_medium)), '')
),

-- An online scheduler takes the campaign from the address that opened it; nobody chooses.
scheduler_campaigns as (
    select
        records.lead_key,
        records.record_key,
        'utm' as method,
        campaigns.channel,
        campaigns.campaign_name,
        campaigns.recorded_campaign_name as evidence_text,
        campaigns.campaign_key as campaign_key
    from records
    inner join campaigns on campaigns.campaign_key = records.campaign_key
    where records.record_entity = 'lead' and records.lead_kind in ('booking', 'form', 'chat')
),

referrers as (
    select
        records.lead_key,
        records.record_key,
        'referrer' as method,
        texts.channel,
        cast(null as varchar) as campaign_name,
        texts.source_text as evidence_text,
        cast(null as varchar) as campaign_key
    from records
    inner join texts on texts.match_on = 'referrer' and texts.source_text = {{ url_host('records.referrer_url') }}
),

staff_campaigns as (
    select
        records.lead_key,
        records.record_key,
        'csr_choice' as method,
        campaigns.channel,
        campaigns.campaign_name,
        campaigns.recorded_campaign_name as evidence_text,
        campaigns.campaign_key as campaign_key
    from records
    inner join campaigns on campaigns.campaign_key = records.campaign_key
    left join marketplace_leads as delivered on delivered.record_key = records.record_key
    where records.record_entity = 'lead'
      and records.lead_kind not in ('booking', 'form', 'chat')
      -- Nobody chose what the marketplace itself wrote.
      and delivered.record_key is null
),

stated_sources as (
    select
        records.lead_key,
        records.record_key,
        -- An employee writes down what a lead's source is; on a call it is what the caller said.
        case
            when records.record_entity = 'lead' and records.lead_kind in ('call', 'manual') then 'csr_choice'
            else 'self_reported'
        end as method,
        texts.channel,
        cast(null as varchar) as campaign_name,
        records.source_name as evidence_text,
        cast(null as varchar) as campaign_key
    from records
    inner join texts on texts.match_on = 'text' and texts.source_text = lower(trim(records.source_name))
    left join marketplace_leads as delivered on delivered.record_key = records.record_key
    where delivered.record_key is null
),

-- What the job itself carries: the employee's choice at booking. It speaks for the job's request where there is one.
job_choices as (
    select
        job_leads.lead_key,
        'job-' || jobs.job_key as record_key,
        'csr_choice' as method,
        coalesce(campaigns.channel, texts.channel) as channel,
        campaigns.campaign_name,
        coalesce(campaigns.recorded_campaign_name, jobs.source_name) as evidence_text,
        campaigns.campaign_key as campaign_key,
        jobs.job_key
    from jobs
    left join job_leads on job_leads.job_key = jobs.job_key
    left join campaigns on campaigns.campaign_key = jobs.campaign_key
    left join texts on texts.match_on = 'text' and texts.source_text = lower(trim(jobs.source_name))
    where jobs.job_key = jobs.opportunity_key
      and coalesce(campaigns.channel, texts.channel) is not null
),

statements as (
    select *, cast(null as varchar) as job_key from click_ids
    union all
    select *, cast(null as varchar) from numbers_dialled
    union all
    select *, cast(null as varchar) from marketplace_leads
    union all
    select *, cast(null as varchar) from landing_parameters
    union all
    select *, cast(null as varchar) from scheduler_campaigns
    union all
    select *, cast(null as varchar) from referrers
    union all
    select *, cast(null as varchar) from staff_campaigns
    union all
    select *, cast(null as varchar) from stated_sources
    union all
    select * from job_choices
)

select
    coalesce(statements.lead_key, 'job-' || statements.job_key) as touch_key,
    statements.lead_key,
    case when statements.lead_key is null then statements.job_key end as job_key,
    coalesce(records.brand_key, jobs.brand_key) as brand_key,
    statements.record_key,
    statements.method,
    methods.precedence,
    methods.confidence,
    statements.channel,
    statements.campaign_name,
    statements.campaign_key,
    statements.evidence_text
from statements
inner join {{ ref('touch_methods') }} as methods on methods.method = statements.method
-- No record has a key that begins with 'job-'. Said as a condition on `statements`, it would keep DuckDB from hashing.
left join records on records.record_key = statements.record_key
left join jobs on jobs.job_key = statements.job_key
where statements.channel <> 'unattributed'
