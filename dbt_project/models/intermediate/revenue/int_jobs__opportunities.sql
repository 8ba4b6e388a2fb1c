-- Recalls, warranty visits and jobs that an estimate sold belong to the visit that started them: one opportunity, named
-- after its first job. Only links that a platform states are followed, no guessing by address and date. A chain longer
-- than 20 links, or a loop, ends where it is.
with recursive estimate_jobs as (
    select estimate_key, job_key
    from {{ ref('int_estimates__unioned') }}
    where job_key is not null and not is_deleted
),

links as (
    select
        jobs.job_key,
        coalesce(jobs.recall_of_job_key, jobs.warranty_of_job_key, estimate_jobs.job_key) as parent_job_key
    from {{ ref('int_jobs__unioned') }} as jobs
    left join estimate_jobs on estimate_jobs.estimate_key = jobs.origin_estimate_key
    where not jobs.is_deleted
),

known_links as (
    select links.job_key, parents.job_key as parent_job_key
    from links
    left join links as parents
        on parents.job_key = links.parent_job_key
        and parents.job_key <> links.job_key
),

climbs (job_key, opportunity_key, steps) as (
    select job_key, job_key, 0 from known_links
    union all
    select climbs.job_key, known_links.parent_job_key, climbs.steps + 1
    from climbs
    inner join known_links on known_links.job_key = climbs.opportunity_key
    where known_links.parent_job_key is not null
      and climbs.steps < 20
),

highest as (
    select
        job_key,
        opportunity_key,
        row_number() over (partition by job_key order by steps desc, opportunity_key) as height_rank
    from climbs
)

select job_key, opportunity_key
from highest
where height_rank = 1
