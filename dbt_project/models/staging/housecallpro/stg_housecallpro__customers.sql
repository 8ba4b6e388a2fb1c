with customers as (
    select *, 'housecallpro' as platform from {{ ref('base_housecallpro__customers') }}
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as customer_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('customer.created_at') }} as created_at,
    {{ utc_timestamp('customer.updated_at') }} as updated_at,
    is_deleted,
    -- kind is missing from many rows; then a company without a person's name is a business.
    case
        when customer.kind is not null then {{ canonical_value('housecallpro', 'customer.kind', 'customer.kind') }}
        when nullif(customer.company, '') is not null
            and coalesce(nullif(customer.first_name, ''), nullif(customer.last_name, '')) is null then 'commercial'
        else 'residential'
    end as customer_type,
    customer.kind as vendor_customer_kind,
    coalesce(
        nullif(concat_ws(' ', nullif(trim(customer.first_name), ''), nullif(trim(customer.last_name), '')), ''),
        nullif(customer.company, '')
    ) as full_name,
    nullif(customer.first_name, '') as first_name,
    nullif(customer.last_name, '') as last_name,
    nullif(customer.company, '') as company_name,
    customer.lead_source as source_name,
    not is_deleted as is_active,
    cast(null as varchar) as merged_into_customer_key,
    {{ json_object({
        'notes': 'customer.notes',
        'tags': 'customer.tags',
        'notifications_enabled': 'cast(customer.notifications_enabled as boolean)',
        'is_listed': 'is_listed'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from customers
