-- Grain: one dwelling or premises of one household, with its address, the household's part in it, since when and
-- until when. Nobody tells a vendor that he moved: the dates are read off records and work.
with places as (
    select
        members.household_key,
        locations.full_address,
        locations.building_address,
        locations.location_key,
        members.entity,
        coalesce(typed.created_at, records.first_seen_at) as seen_at,
        locations.is_deleted or not coalesce(typed.is_active, true) as is_removed
    from {{ ref('int_locations__normalized') }} as locations
    inner join {{ ref('bridge_household_members') }} as members on members.record_key = locations.owner_key
    inner join {{ ref('int_identities__records') }} as records on records.record_key = locations.owner_key
    left join {{ ref('int_locations__unioned') }} as typed on typed.location_key = locations.location_key
    where locations.is_evidence
),

work as (
    select
        household_key,
        location_key,
        count(*) as job_count,
        min(booked_at) as first_job_at,
        max(coalesce(completed_at, booked_at)) as last_job_at,
        sum(invoiced_amount) as invoiced_amount,
        sum(collected_amount) as collected_amount
    from {{ ref('fct_jobs') }}
    where location_key is not null
    group by household_key, location_key
),

properties as (
    select
        places.household_key,
        places.full_address,
        min(places.building_address) as building_address,
        min(places.location_key) as first_location_key,
        bool_or(places.entity = 'customer') as has_customer_record,
        min(least(places.seen_at, work.first_job_at)) as valid_from,
        max(work.last_job_at) as last_job_at,
        coalesce(sum(work.job_count), 0) as job_count,
        coalesce(sum(work.invoiced_amount), 0) as invoiced_amount,
        coalesce(sum(work.collected_amount), 0) as collected_amount,
        bool_and(places.is_removed) as is_removed
    from places
    left join work on work.household_key = places.household_key and work.location_key = places.location_key
    group by places.household_key, places.full_address
),

placed as (
    select
        properties.*,
        households.household_kind,
        households.household_kind in ('landlord', 'property_manager') as is_let,
        min(first_location_key) over (partition by full_address) as property_key,
        coalesce(greatest(properties.last_job_at, properties.valid_from), properties.valid_from) as last_seen_at
    from properties
    inner join {{ ref('dim_households') }} as households on households.household_key = properties.household_key
),

-- Whoever lets a home does not leave it when the next tenant comes.
followed as (
    select
        *,
        bool_or(is_let) over (partition by full_address) as is_let_by_somebody,
        lead(valid_from) over (partition by full_address, is_let order by valid_from, household_key) as next_household_at,
        lead(valid_from) over (partition by household_key order by valid_from, full_address) as next_property_at
    from placed
),

ended as (
    select
        *,
        not is_let and coalesce(next_household_at > last_seen_at, false) as is_followed,
        household_kind = 'residential' and coalesce(next_property_at > last_seen_at, false) as is_left
    from followed
)

select
    household_key,
    property_key,
    full_address,
    building_address,
    case
        when household_kind = 'landlord' then 'landlord'
        when household_kind = 'property_manager' then 'property_manager'
        when is_let_by_somebody then 'tenant'
        when household_kind = 'commercial' then 'business'
        else 'owner'
    end as property_role,
    invoiced_amount > 0 as is_payer,
    valid_from,
    case when is_left and is_followed then least(next_household_at, next_property_at)
        when is_followed then next_household_at
        when is_left then next_property_at
    end as valid_to,
    case when is_left then 'moved' when is_followed then 'new household' when is_removed then 'removed at the vendor'
    end as end_reason,
    not (is_left or is_followed or is_removed) as is_current,
    has_customer_record,
    cast(job_count as bigint) as job_count,
    last_job_at,
    cast(invoiced_amount as decimal(18, 2)) as invoiced_amount,
    cast(collected_amount as decimal(18, 2)) as collected_amount
from ended
