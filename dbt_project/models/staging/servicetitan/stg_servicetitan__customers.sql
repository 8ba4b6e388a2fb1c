with parsed as (
    select
        *,
        'servicetitan' as platform,
        {{ json_fields('payload', text_fields(
            ['name', 'type', 'active', 'createdOn', 'modifiedOn', 'mergedToId', 'balance', 'doNotMail', 'doNotService'],
            {'address': text_fields(['street', 'unit', 'city', 'state', 'zip', 'country'])}
        )) }} as customer
    from {{ source('servicetitan', 'customers') }}
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as customer_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('customer.createdOn') }} as created_at,
    {{ utc_timestamp('customer.modifiedOn') }} as updated_at,
    removed_at is not null as is_deleted,
    {{ canonical_value('servicetitan', 'customer.type', 'customer.type') }} as customer_type,
    customer.type as vendor_customer_type,
    customer.name as full_name,
    cast(null as varchar) as first_name,
    cast(null as varchar) as last_name,
    case when customer.type = 'Commercial' then customer.name end as company_name,
    cast(null as varchar) as source_name,
    cast(customer.active as boolean) as is_active,
    {{ entity_key('platform', 'account_id', 'customer.mergedToId') }} as merged_into_customer_key,
    {{ json_object({
        'balance': 'cast(customer.balance as decimal(18, 2))',
        'do_not_mail': 'cast(customer.doNotMail as boolean)',
        'do_not_service': 'cast(customer.doNotService as boolean)',
        'billing_street': 'customer.address.street',
        'billing_unit': 'customer.address.unit',
        'billing_city': 'customer.address.city',
        'billing_state': 'customer.address.state',
        'billing_postal_code': 'customer.address.zip'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from parsed
