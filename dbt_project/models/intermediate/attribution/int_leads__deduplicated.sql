-- One row per physical request. Facts that systems disagree on: the earliest time wins (a request cannot be younger than
-- its first record, nor than its own job), any booking counts, and it is excluded only when no record stands for it.
with records as (
    select
        records.*,
        grouped.lead_key,
        row_number() over (
            partition by grouped.lead_key
            order by
                case when records.is_excluded or not records.is_proof then 1 else 0 end,
                case when records.record_entity = 'lead' then 0 else 1 end,
                coalesce(records.occurred_at, timestamp '9999-01-01'),
                records.record_key
        ) as record_rank
    from {{ ref('int_lead_records__unioned') }} as records
    inner join {{ ref('int_lead_records__grouped') }} as grouped on grouped.record_key = records.record_key
),

jobs as (
    select * from {{ ref('int_jobs__enriched') }}
),

first_jobs as (
    select
        records.lead_key,
        jobs.job_key,
        jobs.booked_at,
        jobs.opportunity_key,
        row_number() over (partition by records.lead_key order by jobs.booked_at, jobs.job_key) as job_rank
    from records
    inner join jobs on jobs.job_key = records.job_key
),

summarised as (
    select
        lead_key,
        min(occurred_at) as first_occurred_at,
        min(created_at) as first_created_at,
        min(_loaded_at) as first_loaded_at,
        min(booked_at) as booked_at,
        max(case when is_booked then 1 else 0 end) = 1 as is_booked,
        max(case when is_proof and not is_excluded then 1 else 0 end) = 0 as is_excluded,
        max(case when is_proof then 1 else 0 end) = 0 as is_unproven,
        max(case when record_entity = 'lead' then 1 else 0 end) = 1 as has_lead_record,
        count(*) as record_count,
        min(trade) as trade,
        min(household_key) as household_key,
        min(person_key) as person_key,
        min(brand_key) as brand_key
    from records
    group by lead_key
),

dated as (
    select
        summarised.*,
        first_jobs.job_key,
        first_jobs.opportunity_key,
        case
            when first_jobs.booked_at is not null
                then least(coalesce(first_occurred_at, first_jobs.booked_at), first_jobs.booked_at)
            else coalesce(first_occurred_at, first_created_at, first_loaded_at)
        end as lead_at,
        case
            when first_occurred_at is not null then 'recorded'
            when first_jobs.booked_at is not null then 'job_booked'
            when first_created_at is not null then 'record_created'
            else 'first_loaded'
        end as lead_at_basis
    from summarised
    left join first_jobs on first_jobs.lead_key = summarised.lead_key and first_jobs.job_rank = 1
),

-- New is a property of the household at that moment: nobody had work done there within the configured time before.
earlier_work as (
    select dated.lead_key, max(jobs.completed_at) as last_completed_at
    from dated
    inner join jobs on jobs.household_key = dated.household_key and jobs.completed_at <= dated.lead_at
    group by dated.lead_key
)

select
    dated.lead_key,
    records.platform,
    records.account_id,
    records.native_id,
    records.native_url,
    records.lead_kind,
    dated.record_count,
    -- False where nothing but calls describe the request: telephony says so and no system of record does.
    dated.has_lead_record,
    dated.brand_key,
    dated.household_key,
    dated.person_key,
    dated.trade,
    dated.lead_at,
    {{ business_date('dated.lead_at', 'coalesce(brands.timezone, records.timezone)') }} as lead_on,
    dated.lead_at_basis,
    dated.is_booked,
    case when dated.is_booked then dated.booked_at end as booked_at,
    dated.job_key,
    dated.opportunity_key,
    dated.is_excluded,
    case
        when dated.is_unproven then 'unclassified_call'
        when dated.is_excluded then 'marked_not_a_lead'
    end as exclusion_reason,
    earlier_work.last_completed_at is null
    or earlier_work.last_completed_at
        < dated.lead_at - {{ setting('attribution.new_customer_after_months', 'integer') }} * interval '1 month'
        as is_new_customer
from dated
inner join records on records.lead_key = dated.lead_key and records.record_rank = 1
left join {{ ref('stg_operator__brands') }} as brands on brands.brand_key = dated.brand_key
left join earlier_work on earlier_work.lead_key = dated.lead_key
