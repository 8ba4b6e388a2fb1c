-- Pairs of records that share a value, and how their names and times stand to each other. What that is worth
-- is not decided here.
with groups as (
    select * from {{ ref('int_identities__name_groups') }}
),

-- Inside one name group. Large groups are tied to one member, small ones pairwise, so that a steward can part
-- any two.
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
        and not (name_key is null and (is_hub or evidence_kind = 'address'))
        and not (is_hub and is_ambiguous_person and business_name is null)
),

same_name_pairs as (
    select
        a.record_key as left_key,
        b.record_key as right_key,
        case when a.is_hub and a.business_name is null and a.evidence_kind <> 'address' then 'hub_' else '' end
            || a.evidence_kind as evidence_kind,
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
        len(a.places) > 0 and len(b.places) > 0 and not list_has_any(a.places, b.places) as is_elsewhere,
        a.first_active_at <= b.last_active_at and b.first_active_at <= a.last_active_at as is_overlapping
    from groups as a
    inner join groups as b
        on b.evidence_kind = a.evidence_kind and b.evidence_value = a.evidence_value
        and coalesce(a.name_key, '') < coalesce(b.name_key, '')
    where not a.is_hub
),

-- The same house number, ZIP and family name, but not the same address text: a unit left out, or a street
-- misspelt.
dwellings as (
    select distinct
        locations.owner_key as record_key,
        locations.house_number || ' ' || locations.area as place,
        locations.street,
        locations.unit,
        records.given_name,
        records.given_roots,
        records.surname,
        records.surname_words,
        records.business_name,
        records.is_ambiguous_person
    from {{ ref('int_locations__normalized') }} as locations
    inner join {{ ref('int_identities__records') }} as records on records.record_key = locations.owner_key
    where locations.is_evidence and records.surname is not null
),

-- Where many families live, two records of one family name with a unit left out are neighbours as often as one family.
buildings as (
    select place, street, count(distinct surname) > {{ var('identity_hub_families') }} as is_hub
    from dwellings
    group by place, street
),

near_pairs as (
    select distinct
        a.record_key as left_key,
        b.record_key as right_key,
        case when a.street <> b.street then 'place' when buildings.is_hub then 'hub_building' else 'building' end
            as evidence_kind,
        a.place as evidence_value,
        {{ name_relation('a', 'b') }} as relation,
        a.is_ambiguous_person as is_left_ambiguous,
        b.is_ambiguous_person as is_right_ambiguous,
        false as is_elsewhere,
        true as is_overlapping
    from dwellings as a
    inner join dwellings as b
        on b.place = a.place and b.surname = a.surname and b.record_key > a.record_key
    inner join buildings on buildings.place = a.place and buildings.street = a.street
    where (a.unit is not distinct from b.unit or a.unit is null or b.unit is null)
        and (a.street = b.street) <> (a.unit is not distinct from b.unit)
        and damerau_levenshtein(a.street, b.street) <= 2
),

-- Two records that share two numbers or mailboxes are no coincidence, whatever their names and addresses say.
unlike_groups as (
    select a.evidence_kind, a.evidence_value, a.record_keys as left_keys, b.record_keys as right_keys
    from groups as a
    inner join groups as b
        on b.evidence_kind = a.evidence_kind and b.evidence_value = a.evidence_value and b.name_key > a.name_key
    where not a.is_hub
        and a.evidence_kind in ('phone', 'email')
        and a.record_count <= 12
        and b.record_count <= 12
        and {{ name_relation('a', 'b') }} in ('given', 'different')
),

unlike_records as (
    select evidence_value, unnest(left_keys) as left_key, right_keys from unlike_groups
),

unlike_pairs as (
    select evidence_value, left_key, unnest(right_keys) as right_key from unlike_records
),

repeated_pairs as (
    select
        least(left_key, right_key) as left_key,
        greatest(left_key, right_key) as right_key,
        'contacts' as evidence_kind,
        string_agg(distinct evidence_value, ', ' order by evidence_value) as evidence_value,
        'different' as relation,
        false as is_left_ambiguous,
        false as is_right_ambiguous,
        true as is_elsewhere,
        true as is_overlapping
    from unlike_pairs
    group by least(left_key, right_key), greatest(left_key, right_key)
    having count(distinct evidence_value) > 1
)

select * from same_name_pairs
union all
select * from group_pairs
union all
select * from near_pairs
union all
select * from repeated_pairs
