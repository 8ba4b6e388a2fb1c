-- One touch per request, and per job without a request on record, with the strongest statement about its source. A
-- statement without a campaign takes the campaign of the next one that names the same channel.
with evidence as (
    select
        *,
        row_number() over (
            partition by touch_key
            order by precedence, case when campaign_name is null then 1 else 0 end, record_key, evidence_text
        ) as strength_rank
    from {{ ref('int_touches__evidence') }}
),

winners as (
    select * from evidence where strength_rank = 1
),

winner_campaigns as (
    select
        evidence.touch_key,
        evidence.campaign_name,
        row_number() over (partition by evidence.touch_key order by evidence.strength_rank) as campaign_rank
    from evidence
    inner join winners on winners.touch_key = evidence.touch_key and winners.channel = evidence.channel
    where evidence.campaign_name is not null
),

subjects as (
    select
        lead_key as touch_key,
        lead_key,
        job_key,
        opportunity_key,
        household_key,
        brand_key,
        trade,
        platform,
        account_id,
        lead_kind as touch_kind,
        has_lead_record,
        lead_at as touch_at,
        lead_on as touch_on
    from {{ ref('int_leads__deduplicated') }}
    where not is_excluded
    union all
    select
        'job-' || jobs.job_key,
        null,
        jobs.job_key,
        jobs.opportunity_key,
        jobs.household_key,
        jobs.brand_key,
        jobs.trade,
        jobs.platform,
        jobs.account_id,
        'job',
        false,
        jobs.booked_at,
        jobs.booked_on
    from {{ ref('int_jobs__enriched') }} as jobs
    inner join winners on winners.touch_key = 'job-' || jobs.job_key and winners.lead_key is null
),

-- A statement that names only the channel means its one campaign, where the brand runs just one.
named as (
    select
        subjects.touch_key,
        coalesce(
            aliases.campaign_name, learned.campaign_name, winner_campaigns.campaign_name, sole.campaign_name
        ) as campaign_name
    from subjects
    inner join winners on winners.touch_key = subjects.touch_key
    left join winner_campaigns
        on winner_campaigns.touch_key = subjects.touch_key
        and winner_campaigns.campaign_rank = 1
    left join {{ ref('campaign_aliases') }} as aliases
        on aliases.brand_key = subjects.brand_key
        and {{ slug('aliases.alias') }} = {{ slug('winner_campaigns.campaign_name') }}
    left join {{ ref('int_campaign_names__learned') }} as learned
        on learned.brand_key = subjects.brand_key
        and learned.channel = winners.channel
        and learned.alias_slug = {{ slug('winner_campaigns.campaign_name') }}
    left join {{ ref('int_campaign_names__sole') }} as sole
        on sole.brand_key = subjects.brand_key
        and sole.channel = winners.channel
)

select
    subjects.touch_key,
    subjects.lead_key,
    subjects.job_key,
    subjects.opportunity_key,
    subjects.household_key,
    subjects.brand_key,
    subjects.trade,
    subjects.platform,
    subjects.account_id,
    subjects.touch_kind,
    subjects.has_lead_record,
    subjects.touch_at,
    subjects.touch_on,
    coalesce(winners.method, 'unknown') as method,
    coalesce(winners.precedence, unknown.precedence) as precedence,
    cast(coalesce(winners.confidence, unknown.confidence) as decimal(3, 2)) as confidence,
    coalesce(winners.channel, 'unattributed') as channel,
    named.campaign_name,
    winners.evidence_text,
    {{ marketing_source_key(
        'subjects.brand_key',
        "coalesce(winners.channel, 'unattributed')",
        'named.campaign_name'
    ) }} as marketing_source_key,
    channels.is_marketing
from subjects
left join winners on winners.touch_key = subjects.touch_key
left join named on named.touch_key = subjects.touch_key
cross join (select * from {{ ref('touch_methods') }} where method = 'unknown') as unknown
inner join {{ ref('channels') }} as channels on channels.channel = coalesce(winners.channel, 'unattributed')
