-- Every phone and e-mail that some system ties to a customer or lead record. A call is such a system: whoever
-- rings about a job rings from a number of that household, and a call-only customer has no other.
with points as (
    select contact_point_key, owner_entity, owner_key, contact_kind, contact_value, is_deleted
    from {{ ref('int_contact_points__unioned') }}
    where owner_key is not null
    union all
    select md5('lead|phone|' || lead_key), 'lead', lead_key, 'phone', phone, is_deleted
    from {{ ref('int_leads__unioned') }}
    where phone is not null
    union all
    select md5('lead|email|' || lead_key), 'lead', lead_key, 'email', email, is_deleted
    from {{ ref('int_leads__unioned') }}
    where email is not null
),

calls as (
    select
        call_key,
        customer_key,
        lead_key,
        case direction when 'outbound' then to_phone else from_phone end as other_party_phone
    from {{ ref('int_calls__unioned') }}
),

call_owners as (
    select call_key, 'customer' as owner_entity, customer_key as owner_key, other_party_phone from calls
    union all
    select call_key, 'lead', lead_key, other_party_phone from calls
    union all
    select leads.call_key, 'lead', leads.lead_key, calls.other_party_phone
    from {{ ref('int_leads__unioned') }} as leads
    inner join calls on calls.call_key = leads.call_key
)

select contact_point_key, owner_entity, owner_key, contact_kind, trim(contact_value) as contact_value, is_deleted
from points
where trim(contact_value) <> ''
union all
select distinct
    md5('call|' || owner_entity || '|' || owner_key || '|' || other_party_phone),
    owner_entity,
    owner_key,
    'phone',
    trim(other_party_phone),
    false
from call_owners
where owner_key is not null and trim(other_party_phone) <> ''
