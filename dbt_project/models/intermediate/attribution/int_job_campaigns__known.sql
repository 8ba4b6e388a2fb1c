{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        full_refresh=false,
        on_schema_change='append_new_columns'
    )
}}
-- Job x campaign or source that a build has found on it. A row is written when the job says something else than was last
-- known, and never changed: platforms rewrite a job's campaign months later. `full_refresh: false`, because a rebuild only
-- knows today (decision 30). The name is the campaign's at that time.
with data as (
    select * from {{ ref('int_data__as_of') }}
),

present as (
    select
        jobs.job_key,
        jobs.campaign_key,
        jobs.source_name,
        coalesce(campaigns.recorded_campaign_name, jobs.source_name) as campaign_name
    from {{ ref('int_jobs__enriched') }} as jobs
    left join {{ ref('int_campaigns__mapped') }} as campaigns on campaigns.campaign_key = jobs.campaign_key
),

known as (
    {% if is_incremental() %}
    select job_key, revision, campaign_key, source_name
    from {{ this }}
    qualify row_number() over (partition by job_key order by revision desc) = 1
    {% else %}
    select job_key, 0 as revision, campaign_key, source_name
    from present
    where false
    {% endif %}
)

select
    present.job_key,
    cast(coalesce(known.revision, 0) + 1 as integer) as revision,
    present.campaign_key,
    present.source_name,
    present.campaign_name,
    data.as_of_at as known_at,
    data.as_of_on as known_on
from present
cross join data
left join known on known.job_key = present.job_key
where (known.job_key is null and coalesce(present.campaign_key, present.source_name) is not null)
   or (
        known.job_key is not null
        and (
            known.campaign_key is distinct from present.campaign_key
            or known.source_name is distinct from present.source_name
        )
    )
