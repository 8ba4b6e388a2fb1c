with customers as (
    select
        *,
        'servicefusion' as platform,
        nullif(concat_ws(' ', first_name, last_name), '') as contact_name,
        lower(trim(customer_name)) as lower_name,
        coalesce(
            len(list_filter(locations, place -> coalesce(lower(place.location_type) = 'commercial', false))) > 0, false
        ) as has_commercial_location
    from {{ ref('base_servicefusion__customers') }}
),

-- There is one display name for businesses and people. It is a business's where a location says so, or its legal form;
-- then the contact is who speaks for it. Otherwise it is a person's, and the contact has that name in parts, or is somebody
-- else.
judged as (
    select
        *,
        has_commercial_location
            or coalesce(regexp_matches(lower_name, '\b(llc|inc|corp|ltd|llp|company|properties|management)\b'), false)
            as is_business
    from customers
),

named as (
    select
        *,
        is_business or lower_name is null or coalesce(contains(lower_name, lower(last_name)), false) as is_contact_meant
    from judged
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as customer_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('updated_at') }} as updated_at,
    is_deleted,
    case when is_business then 'commercial' else 'residential' end as customer_type,
    coalesce(case when is_contact_meant then contact_name end, nullif(trim(customer_name), '')) as full_name,
    case when is_contact_meant then first_name end as first_name,
    case when is_contact_meant then last_name end as last_name,
    case when is_business then nullif(trim(customer_name), '') end as company_name,
    nullif(trim(customer.referral_source), '') as source_name,
    not is_deleted as is_active,
    cast(null as varchar) as merged_into_customer_key,
    {{ json_object({
        'customer_name': 'customer_name',
        'account_number': 'customer.account_number',
        'parent_customer': 'customer.parent_customer',
        'assigned_contract': 'customer.assigned_contract',
        'industry': 'customer.industry',
        'is_vip': 'cast(customer.is_vip as boolean)',
        'is_listed': 'is_listed'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from named
