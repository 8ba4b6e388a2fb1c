-- Grain: one person of a household, or one business; no personal data.
select
    records.person_key,
    records.household_key,
    count(*) as record_count,
    count(*) filter (where records.entity = 'customer') as customer_count,
    count(*) filter (where records.entity = 'lead') as lead_count,
    count(distinct records.account_id) as account_count,
    bool_or(records.phones is not null) as has_phone,
    bool_or(records.emails is not null) as has_email,
    bool_or(nodes.business_name is not null) as is_business,
    min(records.first_seen_at) as first_seen_at,
    max(records.last_active_at) as last_seen_at,
    bool_and(records.is_deleted) as is_deleted
from {{ ref('dim_records_pii') }} as records
inner join {{ ref('int_identities__records') }} as nodes on nodes.record_key = records.record_key
group by records.person_key, records.household_key
