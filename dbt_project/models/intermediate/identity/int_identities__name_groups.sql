-- Records that share a value under the same name. Comparing groups instead of records keeps a customer with a
-- thousand leads from becoming half a million pairs.
with members as (
    select
        evidence.evidence_kind,
        evidence.evidence_value,
        evidence.is_hub,
        records.*
    from {{ ref('int_identities__evidence') }} as evidence
    inner join {{ ref('int_identities__records') }} as records on records.record_key = evidence.record_key
),

-- House number with ZIP, and with street: two records live in different places when they share neither, so that no
-- misspelt street and no mistyped ZIP parts a home.
places as (
    select
        owner_key as record_key,
        list_distinct(list_concat(list(house_number || ' ' || area), list(house_number || ' ' || street))) as places
    from {{ ref('int_locations__normalized') }}
    where is_evidence
    group by owner_key
)

select
    members.evidence_kind,
    members.evidence_value,
    members.is_hub,
    members.name_key,
    min_by(members.given_name, members.record_key) as given_name,
    min_by(members.surname, members.record_key) as surname,
    min_by(members.given_roots, members.record_key) as given_roots,
    min_by(members.surname_words, members.record_key) as surname_words,
    min_by(members.business_name, members.record_key) as business_name,
    bool_or(members.is_ambiguous_person) as is_ambiguous_person,
    min(members.record_key) as anchor_key,
    list(members.record_key order by members.record_key) as record_keys,
    count(*) as record_count,
    flatten(list(coalesce(places.places, []))) as places,
    min(members.first_active_at) as first_active_at,
    max(members.last_active_at) as last_active_at
from members
left join places on places.record_key = members.record_key
group by members.evidence_kind, members.evidence_value, members.is_hub, members.name_key
