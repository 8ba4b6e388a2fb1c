-- Exported work orders, and those that only a look-up knows: an invoice or payment named them. A look-up never overrides
-- what an export says of a record, it only tells that one is gone.
with exported as (
    select
        *,
        {{ json_fields('payload', text_fields(
            ['work_order_number', 'status', 'customer_id', 'customer_phone', 'customer_email', 'location_id', 'task',
             'business_unit', 'lead_source', 'technician', 'description', 'created_at', 'scheduled_start',
             'scheduled_end', 'started_at', 'completed_at', 'canceled_at', 'subtotal', 'total']
        )) }} as work_order
    from {{ source('fieldedge', 'exported_work_orders') }}
),

looked_up as (
    select
        *,
        {{ json_fields('payload', text_fields(
            ['workOrderNumber', 'status', 'customerId', 'businessUnit', 'leadSource', 'scheduledStart', 'notFound'],
            {'tasks': [text_fields(['name'])]}
        )) }} as answer
    from {{ source('fieldedge', 'work_orders') }}
),

work_orders as (
    select
        exported.account_id,
        exported.native_id,
        work_order.work_order_number,
        work_order.status as vendor_status,
        work_order.customer_id as customer_native_id,
        {{ phone_digits('work_order.customer_phone') }} as customer_phone,
        lower(trim(work_order.customer_email)) as customer_email,
        work_order.location_id as location_native_id,
        nullif(trim(work_order.task), '') as task,
        nullif(trim(work_order.business_unit), '') as business_unit,
        nullif(trim(work_order.lead_source), '') as lead_source,
        nullif(trim(work_order.technician), '') as technician,
        work_order.description,
        {{ utc_from_local('work_order.created_at', 'accounts.timezone') }} as created_at,
        {{ utc_from_local('work_order.scheduled_start', 'accounts.timezone') }} as scheduled_start_at,
        {{ utc_from_local('work_order.scheduled_end', 'accounts.timezone') }} as scheduled_end_at,
        {{ utc_from_local('work_order.started_at', 'accounts.timezone') }} as started_at,
        {{ utc_from_local('work_order.completed_at', 'accounts.timezone') }} as completed_at,
        {{ utc_from_local('work_order.canceled_at', 'accounts.timezone') }} as canceled_at,
        cast(work_order.subtotal as decimal(18, 2)) as subtotal_amount,
        cast(work_order.total as decimal(18, 2)) as total_amount,
        true as is_exported,
        coalesce(answer.notFound = 'true', false) as is_gone,
        accounts.timezone,
        exported.changed_at
    from exported
    left join looked_up
        on looked_up.account_id = exported.account_id and looked_up.native_id = exported.native_id
    left join {{ ref('stg_operator__accounts') }} as accounts
        on accounts.platform = 'fieldedge' and accounts.account_id = exported.account_id

    union all

    select
        looked_up.account_id,
        looked_up.native_id,
        answer.workOrderNumber,
        answer.status,
        answer.customerId,
        null,
        null,
        null,
        answer.tasks[1].name,
        answer.businessUnit,
        answer.leadSource,
        null,
        null,
        -- No time but the visit's is told: the work was booked before it and done on it, as far as anybody knows.
        least({{ utc_timestamp('answer.scheduledStart') }}, looked_up.changed_at),
        {{ utc_timestamp('answer.scheduledStart') }},
        null,
        null,
        coalesce({{ utc_timestamp('answer.scheduledStart') }}, looked_up.changed_at),
        coalesce({{ utc_timestamp('answer.scheduledStart') }}, looked_up.changed_at),
        null,
        null,
        false,
        false,
        accounts.timezone,
        looked_up.changed_at
    from looked_up
    left join exported
        on exported.account_id = looked_up.account_id and exported.native_id = looked_up.native_id
    left join {{ ref('stg_operator__accounts') }} as accounts
        on accounts.platform = 'fieldedge' and accounts.account_id = looked_up.account_id
    where exported.native_id is null and coalesce(answer.notFound = 'true', false) = false
)

select
    work_orders.* exclude (customer_native_id),
    'fieldedge' as platform,
    {{ canonical_value('fieldedge', 'work_order.status', 'vendor_status') }} as job_status,
    coalesce(
        work_orders.customer_native_id, by_phone.customer_native_id, by_email.customer_native_id
    ) as customer_native_id,
    work_orders.customer_native_id is null and coalesce(by_phone.contact, by_email.contact) is not null as is_found
from work_orders
left join {{ ref('base_fieldedge__people_found') }} as by_phone
    on by_phone.account_id = work_orders.account_id and by_phone.contact = work_orders.customer_phone
left join {{ ref('base_fieldedge__people_found') }} as by_email
    on by_email.account_id = work_orders.account_id and by_email.contact = work_orders.customer_email
