-- Pairs of records that share a value, and how their names and times stand to each other. What that is worth is not decided here.
with groups as (
    select * from {{ ref('int_identities__name_groups') }}
),

-- Inside one name group. Large groups are tied to one member, small ones pairwise, so that a steward can part any two.
group_members as (
    select
        evidence_kind,
        evidence_value,
        is_hub,
        name_key,
        business_name,
        is_ambiguous_person,
        unnest(record_keys) as record_key,
        anchor_key,
        record_count
    from groups
    where record_count > 1
        and not (is_hub and business_name is null and evidence_kind <> 'address')
        and not (name_key is null and (is_hub or evidence_kind = 'address'))
),

same_name_pairs as (
    select
        a.record_key as left_key,
        b.record_key as right_key,
        a.evidence_kind,
        a.evidence_value,
        case when a.name_key is null then 'unknown' when a.business_name is not null then 'business' else 'same' end as relation,
        a.is_ambiguous_person as is_left_ambiguous,
        a.is_ambiguous_person as is_right_ambiguous,
        false as is_elsewhere,
        true as is_overlapping
    from group_members as a
    inner join group_members as b
        on b.evidence_kind = a.evidence_kind and b.evidence_value = a.evidence_value
        and b.name_key is not distinct from a.name_key
        and a.record_key < b.record_key
        and (a.record_count <= 12 or a.record_key = a.anchor_key)
),

group_pairs as (
    select
        a.anchor_key as left_key,
        b.anchor_key as right_key,
        a.evidence_kind,
        a.evidence_value,
        {{ name_relation('a', 'b') }} as relation,
        a.is_ambiguous_person as is_left_ambiguous,
        b.is_ambiguous_person as is_right_ambiguous,
        len(a.buildings) > 0 and len(b.buildings) > 0 and not list_has_any(a.buildings, b.buildings) as is_elsewhere,
        a.first_active_at <= b.last_active_at and b.first_active_at <= a.last_active_at as is_overlapping
    from groups as a
    inner join groups as b
        on b.evidence_kind = a.evidence_kind and b.evidence_value = a.evidence_value
        and coalesce(a.name_key, '') < coalesce(b.name_key, '')
    where not a.is_hub
),

-- One dwelling written with and without its unit: the building agrees, no two units contradict, and the name is the same.
dwellings as (
    select distinct
        locations.owner_key as record_key,
        locations.building_address,
        locations.unit,
        records.name_key,
        records.is_ambiguous_person
    from {{ ref('int_locations__normalized') }} as locations
    inner join {{ ref('int_identities__records') }} as records on records.record_key = locations.owner_key
    where locations.is_evidence and records.name_key is not null and not records.is_ambiguous_person
),

unit_lost_pairs as (
    select distinct
        a.record_key as left_key,
        b.record_key as right_key,
        'building' as evidence_kind,
        a.building_address as evidence_value,
        'same' as relation,
        false as is_left_ambiguous,
        false as is_right_ambiguous,
        false as is_elsewhere,
        true as is_overlapping
    from dwellings as a
    inner join dwellings as b
        on b.building_address = a.building_address and b.name_key = a.name_key and b.record_key <> a.record_key
    where a.unit is null and b.unit is not null
)

select * from same_name_pairs
union all
select * from group_pairs
union all
select * from unit_lost_pairs
