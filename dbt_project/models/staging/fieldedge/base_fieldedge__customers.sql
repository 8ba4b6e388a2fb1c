-- Exported customers, and those that only a look-up knows: its answer has one phone, one address and no times.
with exported as (
    select
        *,
        {{ json_fields('payload', text_fields(
            ['customer_id', 'display_name', 'first_name', 'last_name', 'company_name', 'customer_type', 'phone',
             'mobile_phone', 'other_phone', 'email', 'lead_source', 'is_active', 'created_at']
        )) }} as customer
    from {{ source('fieldedge', 'exported_customers') }}
),

looked_up as (
    select
        *,
        {{ json_fields('payload', text_fields(
            ['firstName', 'lastName', 'companyName', 'displayName', 'address1', 'address2', 'city', 'state', 'zip',
             'primaryPhone', 'primaryEmail', 'notFound']
        )) }} as answer
    from {{ source('fieldedge', 'customers') }}
),

customers as (
    select
        exported.account_id,
        exported.native_id,
        customer.display_name,
        customer.first_name,
        customer.last_name,
        customer.company_name,
        customer.customer_type,
        customer.phone,
        customer.mobile_phone,
        customer.other_phone,
        customer.email,
        customer.lead_source,
        customer.is_active = 'false' as is_inactive,
        customer.created_at as created_text,
        cast(null as varchar) as street,
        cast(null as varchar) as unit,
        cast(null as varchar) as city,
        cast(null as varchar) as state,
        cast(null as varchar) as postal_code,
        true as is_exported,
        coalesce(answer.notFound = 'true', false) as is_gone,
        exported.changed_at
    from exported
    left join looked_up
        on looked_up.account_id = exported.account_id and looked_up.native_id = exported.native_id

    union all

    select
        looked_up.account_id,
        looked_up.native_id,
        answer.displayName,
        answer.firstName,
        answer.lastName,
        answer.companyName,
        null,
        answer.primaryPhone,
        null,
        null,
        answer.primaryEmail,
        null,
        false,
        null,
        answer.address1,
        answer.address2,
        answer.city,
        answer.state,
        answer.zip,
        false,
        false,
        looked_up.changed_at
    from looked_up
    left join exported
        on exported.account_id = looked_up.account_id and exported.native_id = looked_up.native_id
    where exported.native_id is null and coalesce(answer.notFound = 'true', false) = false
)

select
    customers.*,
    'fieldedge' as platform,
    {{ utc_from_local('customers.created_text', 'accounts.timezone') }} as created_at
from customers
left join {{ ref('stg_operator__accounts') }} as accounts
    on accounts.platform = 'fieldedge' and accounts.account_id = customers.account_id
