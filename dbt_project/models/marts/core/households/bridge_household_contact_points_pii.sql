-- Grain: one phone number or e-mail address of one household, with the value.
with points as (
    select
        members.household_key,
        points.contact_kind,
        coalesce(points.normalized_value, lower(points.contact_value)) as contact_value,
        min(members.person_key) as first_person_key,
        count(distinct members.person_key) as person_count,
        count(distinct members.record_key) as record_count,
        count(distinct members.account_id) as account_count,
        bool_or(points.is_evidence) as is_evidence,
        min(points.reason_not_evidence) as reason_not_evidence,
        min(records.first_seen_at) as first_seen_at,
        max(records.last_active_at) as last_seen_at,
        bool_and(points.is_deleted) as is_deleted
    from {{ ref('int_contact_points__normalized') }} as points
    inner join {{ ref('bridge_household_members') }} as members on members.record_key = points.owner_key
    inner join {{ ref('int_identities__records') }} as records on records.record_key = points.owner_key
    group by members.household_key, points.contact_kind, coalesce(points.normalized_value, lower(points.contact_value))
)

select
    household_key,
    contact_kind,
    row_number() over (
        partition by household_key, contact_kind
        order by is_deleted, not is_evidence, record_count desc, first_seen_at, contact_value
    ) as contact_number,
    contact_value,
    case when person_count = 1 then first_person_key end as person_key,
    person_count,
    record_count,
    account_count,
    count(*) over (partition by contact_kind, contact_value) as household_count,
    is_evidence,
    reason_not_evidence,
    first_seen_at,
    last_seen_at,
    is_deleted
from points
