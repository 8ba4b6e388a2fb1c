with clients as (
    select * from {{ ref('base_jobber__clients') }}
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as customer_key,
    platform,
    account_id,
    native_id,
    client.jobberWebUri as native_url,
    {{ utc_timestamp('client.createdAt') }} as created_at,
    {{ utc_timestamp('client.updatedAt') }} as updated_at,
    removed_at is not null as is_deleted,
    case when client.isCompany = 'true' then 'commercial' else 'residential' end as customer_type,
    -- `name` is the display name: the company's own where there is one.
    coalesce(
        nullif(concat_ws(' ', nullif(trim(client.firstName), ''), nullif(trim(client.lastName), '')), ''),
        nullif(client.name, '')
    ) as full_name,
    nullif(client.firstName, '') as first_name,
    nullif(client.lastName, '') as last_name,
    nullif(client.companyName, '') as company_name,
    client.leadSource as source_name,
    removed_at is null and coalesce(client.isArchived, 'false') <> 'true' as is_active,
    cast(null as varchar) as merged_into_customer_key,
    {{ json_object({
        'is_lead': 'cast(client.isLead as boolean)',
        'display_name': 'client.name',
        'custom_fields': 'client.customFields'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from clients
