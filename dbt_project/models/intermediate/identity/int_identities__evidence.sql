-- What each record can be compared by. A hub value stays in, marked: it still tells one business from
-- another.
with evidence as (
    select owner_key as record_key, contact_kind as evidence_kind, normalized_value as evidence_value
    from {{ ref('int_contact_points__normalized') }}
    where is_evidence or reason_not_evidence = 'hub'
    union
    select owner_key, 'address', full_address
    from {{ ref('int_locations__normalized') }}
    where is_evidence
),

counted as (
    select
        evidence.evidence_kind,
        evidence.evidence_value,
        count(distinct coalesce(records.business_name, records.surname)) > {{ var('identity_hub_families') }} as is_hub
    from evidence
    inner join {{ ref('int_identities__records') }} as records on records.record_key = evidence.record_key
    group by evidence.evidence_kind, evidence.evidence_value
)

select
    evidence.record_key,
    evidence.evidence_kind,
    evidence.evidence_value,
    counted.is_hub
from evidence
inner join counted
    on counted.evidence_kind = evidence.evidence_kind and counted.evidence_value = evidence.evidence_value
