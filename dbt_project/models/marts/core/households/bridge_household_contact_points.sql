-- Grain: one phone number or e-mail address of one household, without the value.
select
    household_key,
    contact_kind,
    contact_number,
    person_key,
    person_count,
    record_count,
    account_count,
    household_count,
    is_evidence,
    reason_not_evidence,
    first_seen_at,
    last_seen_at,
    is_deleted
from {{ ref('bridge_household_contact_points_pii') }}
