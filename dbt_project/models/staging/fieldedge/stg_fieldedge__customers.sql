with customers as (
    select *, {{ canonical_value('fieldedge', 'customer.type', 'customer_type') }} as canonical_type
    from {{ ref('base_fieldedge__customers') }}
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as customer_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    created_at,
    cast(null as timestamp) as updated_at,
    is_gone as is_deleted,
    case
        when customer_type is not null then canonical_type
        when company_name is not null and coalesce(first_name, last_name) is null then 'commercial'
        else 'residential'
    end as customer_type,
    customer_type as vendor_customer_type,
    coalesce(nullif(concat_ws(' ', first_name, last_name), ''), company_name, display_name) as full_name,
    first_name,
    last_name,
    company_name,
    lead_source as source_name,
    not is_gone and not coalesce(is_inactive, false) as is_active,
    cast(null as varchar) as merged_into_customer_key,
    {{ json_object({'display_name': 'display_name', 'is_exported': 'is_exported'}) }} as vendor_attributes,
    changed_at as _loaded_at
from customers
