with parsed as (
    select
        *,
        'servicetitan' as platform,
        {{ json_fields('payload', text_fields([
            'createdOn', 'modifiedOn', 'cancellationDate', 'from', 'to', 'billingFrequency', 'status', 'active',
            'customerId', 'membershipTypeId', 'locationId', 'activatedFromId', 'soldById', 'renewedById',
            'followUpStatus'
        ])) }} as membership
    from {{ source('servicetitan', 'memberships') }}
),

membership_types as (
    select account_id, native_id, {{ json_fields('payload', text_fields(['name', 'displayName'])) }} as membership_type
    from {{ source('servicetitan', 'membership_types') }}
),

invoices as (
    select account_id, native_id, {{ json_fields('payload', {'items': [text_fields(['id'])]}) }} as invoice
    from {{ source('servicetitan', 'invoices') }}
),

invoice_items as (
    select account_id, native_id as invoice_native_id, {{ json_elements('invoice.items') }} as item
    from invoices
),

-- A membership names the invoice item that sold it.
sales as (
    select account_id, item.id as item_id, min(invoice_native_id) as invoice_native_id
    from invoice_items
    group by account_id, item.id
)

select
    {{ entity_key('parsed.platform', 'parsed.account_id', 'parsed.native_id') }} as membership_key,
    parsed.platform,
    parsed.account_id,
    parsed.native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('membership.createdOn') }} as created_at,
    {{ utc_timestamp('membership.modifiedOn') }} as updated_at,
    parsed.removed_at is not null
        or membership.status = 'Deleted'
        or not coalesce(cast(membership.active as boolean), true) as is_deleted,
    {{ entity_key('parsed.platform', 'parsed.account_id', 'membership.customerId') }} as customer_key,
    {{ entity_key('parsed.platform', 'parsed.account_id', 'membership.locationId') }} as location_key,
    coalesce(membership_types.membership_type.displayName, membership_types.membership_type.name)
        as membership_type_name,
    {{ canonical_value('servicetitan', 'membership.status', 'membership.status') }} as membership_status,
    membership.status as vendor_membership_status,
    {{ calendar_date('membership."from"') }} as starts_on,
    {{ calendar_date('membership."to"') }} as ends_on,
    {{ calendar_date('membership.cancellationDate') }} as canceled_on,
    lower(membership.billingFrequency) as billing_frequency,
    {{ entity_key('parsed.platform', 'parsed.account_id', 'sales.invoice_native_id') }} as sold_on_invoice_key,
    {{ json_object({
        'renewed_by_native_id': 'membership.renewedById',
        'sold_by_native_id': 'membership.soldById',
        'follow_up_status': 'membership.followUpStatus'
    }) }} as vendor_attributes,
    parsed.changed_at as _loaded_at
from parsed
left join membership_types
    on membership_types.account_id = parsed.account_id and membership_types.native_id = membership.membershipTypeId
left join sales
    on sales.account_id = parsed.account_id and sales.item_id = membership.activatedFromId
