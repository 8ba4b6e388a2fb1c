with listed as (
    select
        account_id,
        native_id,
        {{ json_fields('payload', text_fields(
            ['customer_name', 'account_number', 'referral_source', 'assigned_contract', 'industry', 'agent',
             'parent_customer', 'private_notes', 'public_notes', 'is_vip', 'created_at', 'updated_at'],
            {
                'contacts': [text_fields(['fname', 'lname', 'is_primary'], {
                    'phones': [text_fields(['phone', 'ext', 'type', 'created_at', 'updated_at'])],
                    'emails': [text_fields(['email', 'class', 'created_at', 'updated_at'])]
                })],
                'locations': [text_fields(
                    ['street_1', 'street_2', 'city', 'state_prov', 'postal_code', 'country', 'nickname', 'latitude',
                     'longitude', 'location_type', 'is_primary', 'created_at', 'updated_at']
                )]
            }
        )) }} as customer,
        removed_at,
        changed_at
    from {{ source('servicefusion', 'customers') }}
),

work as (
    {%- for object in ['jobs', 'estimates'] %}
    select
        account_id,
        {{ json_fields('payload', text_fields(
            ['customer_id', 'customer_name', 'contact_first_name', 'contact_last_name', 'created_at', 'updated_at']
        )) }} as work,
        changed_at
    from {{ source('servicefusion', object) }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

-- A deleted customer vanishes from the listing; the work done for it goes on naming it.
embedded as (
    select
        account_id,
        work.customer_id as native_id,
        max_by(work, work.updated_at) as work,
        min(work.created_at) as created_at,
        max(changed_at) as changed_at
    from work
    where work.customer_id is not null
    group by account_id, work.customer_id
),

customers as (
    select
        account_id, native_id, customer.customer_name as customer_name, customer.contacts as contacts,
        customer.locations as locations,
        -- Without a primary contact the first one speaks for the customer.
        coalesce(
            list_filter(customer.contacts, contact -> coalesce(contact.is_primary = 'true', false))[1],
            customer.contacts[1]
        ) as contact,
        customer, customer.created_at as created_at, customer.updated_at as updated_at,
        removed_at is not null as is_deleted, true as is_listed, changed_at
    from listed
)

select
    account_id,
    native_id,
    customer_name,
    nullif(trim(contact.fname), '') as first_name,
    nullif(trim(contact.lname), '') as last_name,
    contacts,
    locations,
    customer,
    created_at,
    updated_at,
    is_deleted,
    is_listed,
    changed_at
from customers

union all

select
    embedded.account_id,
    embedded.native_id,
    embedded.work.customer_name,
    nullif(trim(embedded.work.contact_first_name), ''),
    nullif(trim(embedded.work.contact_last_name), ''),
    null,
    null,
    null,
    embedded.created_at,
    null,
    true,
    false,
    embedded.changed_at
from embedded
left join customers on customers.account_id = embedded.account_id and customers.native_id = embedded.native_id
where customers.native_id is null
