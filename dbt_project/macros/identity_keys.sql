{#- The key that each cluster of this run carries, given the keys its members had before.

    A cluster keeps the key that most of its members had (on a tie, the one seen first), and each old key goes to one
    cluster only: of a split, to the part with most of its members. A cluster that inherits none is named after its
    smallest member, customers before leads; that name depends on the data alone, so a rebuild from nothing gives it
    again.
    `clusters`, `registered` are CTEs (record_key, cluster) and (record_key, old_key, since). -#}
{% macro inherited_keys(clusters, registered, prefix) -%}
    with votes as (
        select
            {{ clusters }}.cluster,
            {{ registered }}.old_key,
            count(*) as vote_count,
            min({{ registered }}.since) as since
        from {{ clusters }}
        inner join {{ registered }} on {{ registered }}.record_key = {{ clusters }}.record_key
        group by {{ clusters }}.cluster, {{ registered }}.old_key
    ),

    heirs as (
        select cluster, old_key, vote_count, since
        from votes
        qualify row_number() over (partition by old_key order by vote_count desc, since, cluster) = 1
    ),

    inherited as (
        select cluster, old_key
        from heirs
        qualify row_number() over (partition by cluster order by vote_count desc, since, old_key) = 1
    ),

    candidates as (
        select cluster, md5('{{ prefix }}|' || min_by(record_key, (record_rank, record_key))) as first_key
        from {{ clusters }}
        group by cluster
    )

    select
        candidates.cluster,
        coalesce(
            inherited.old_key,
            -- A part that split off may hold the member that the whole was named after; that name is taken.
            case when candidates.first_key in (select old_key from {{ registered }})
                then md5(candidates.first_key || '|{{ run_started_at }}') end,
            candidates.first_key
        ) as new_key
    from candidates
    left join inherited on inherited.cluster = candidates.cluster
{%- endmacro %}
