-- Grain: one household, or one business that pays. No personal data: names and contact points are in
-- dim_households_pii.
with members as (
    select * from {{ ref('bridge_household_members') }}
),

records as (
    select
        members.household_key,
        members.person_key,
        members.platform,
        members.account_id,
        members.entity,
        members.native_id,
        members.record_key,
        records.customer_type,
        records.business_name,
        records.source_name,
        records.first_seen_at,
        records.last_active_at,
        records.is_deleted
    from members
    inner join {{ ref('int_identities__records') }} as records on records.record_key = members.record_key
),

firsts as (
    select household_key, record_key, entity, platform, account_id, source_name
    from records
    qualify row_number() over (partition by household_key order by first_seen_at, entity desc, record_key) = 1
),

first_sources as (
    select household_key, source_name
    from records
    where source_name is not null
    qualify row_number() over (partition by household_key order by first_seen_at, entity desc, record_key) = 1
),

places as (
    select records.household_key, count(distinct locations.building_address) as property_count
    from records
    inner join {{ ref('int_locations__normalized') }} as locations on locations.owner_key = records.record_key
    where locations.is_evidence and records.entity = 'customer'
    group by records.household_key
),

counted as (
    select
        household_key,
        min(first_seen_at) as first_seen_at,
        max(last_active_at) as last_seen_at,
        count(*) as record_count,
        count(*) filter (where entity = 'customer') as customer_count,
        count(*) filter (where entity = 'lead') as lead_count,
        count(distinct person_key) as person_count,
        count(distinct account_id) as account_count,
        bool_and(is_deleted) as is_deleted,
        coalesce(bool_or(customer_type = 'commercial'), false) as has_commercial_record,
        coalesce(bool_or(business_name is not null), false) as has_business_name
    from records
    group by household_key
),

zones as (
    select account_id, brand_key, timezone from {{ ref('stg_operator__accounts') }}
)

select
    counted.household_key,
    case
        when (counted.has_commercial_record or counted.has_business_name)
            and places.property_count >= {{ var('identity_manager_properties') }} then 'property_manager'
        when counted.has_commercial_record or counted.has_business_name then 'commercial'
        when places.property_count >= {{ var('identity_landlord_properties') }} then 'landlord'
        else 'residential'
    end as household_kind,
    {{ business_date('counted.first_seen_at', 'zones.timezone') }} as created_on,
    counted.first_seen_at,
    counted.last_seen_at,
    firsts.record_key as first_record_key,
    firsts.entity as first_record_entity,
    firsts.platform as first_platform,
    firsts.account_id as first_account_id,
    zones.brand_key as first_brand_key,
    first_sources.source_name as first_source_name,
    counted.person_count,
    counted.record_count,
    counted.customer_count,
    counted.lead_count,
    counted.account_count,
    coalesce(places.property_count, 0) as property_count,
    counted.is_deleted
from counted
inner join firsts on firsts.household_key = counted.household_key
left join first_sources on first_sources.household_key = counted.household_key
left join places on places.household_key = counted.household_key
left join zones on zones.account_id = firsts.account_id
