-- The memory of identity: which household and person each record has belonged to, and when that was known.
-- The only model here that cannot be rebuilt from the others, so a full refresh leaves it alone.
{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key=['record_key', 'valid_from'],
    full_refresh=false) }}

with clustered as (
    select
        clustered.record_key,
        clustered.household_cluster,
        clustered.person_cluster,
        case records.entity when 'customer' then 0 else 1 end as record_rank
    from {{ ref('int_identities__clustered') }} as clustered
    inner join {{ ref('int_identities__records') }} as records on records.record_key = clustered.record_key
),

registered as (
    {%- if is_incremental() %}
    select record_key, household_key, person_key, valid_from, first_seen_at
    from {{ this }}
    where valid_to is null
    {%- else %}
    select
        record_key,
        record_key as household_key,
        record_key as person_key,
        cast(null as timestamp) as valid_from,
        cast(null as timestamp) as first_seen_at
    from clustered
    where false
    {%- endif %}
),

household_clusters as (
    select record_key, household_cluster as cluster, record_rank from clustered
),

registered_households as (
    select record_key, household_key as old_key, first_seen_at as since from registered
),

person_clusters as (
    select record_key, person_cluster as cluster, record_rank from clustered
),

registered_persons as (
    select record_key, person_key as old_key, first_seen_at as since from registered
),

household_keys as (
    {{ inherited_keys('household_clusters', 'registered_households', 'household') }}
),

person_keys as (
    {{ inherited_keys('person_clusters', 'registered_persons', 'person') }}
),

resolved as (
    select
        clustered.record_key,
        household_keys.new_key as household_key,
        person_keys.new_key as person_key,
        records.first_seen_at
    from clustered
    inner join household_keys on household_keys.cluster = clustered.household_cluster
    inner join person_keys on person_keys.cluster = clustered.person_cluster
    inner join {{ ref('int_identities__records') }} as records on records.record_key = clustered.record_key
)

select
    resolved.record_key,
    resolved.household_key,
    resolved.person_key,
    resolved.first_seen_at,
    timestamp '{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as valid_from,
    cast(null as timestamp) as valid_to
from resolved
left join registered on registered.record_key = resolved.record_key
where registered.record_key is null
    or registered.household_key <> resolved.household_key
    or registered.person_key <> resolved.person_key

union all

select
    registered.record_key,
    registered.household_key,
    registered.person_key,
    registered.first_seen_at,
    registered.valid_from,
    timestamp '{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as valid_to
from registered
left join resolved on resolved.record_key = registered.record_key
where resolved.record_key is null
    or registered.household_key <> resolved.household_key
    or registered.person_key <> resolved.person_key
