with work_orders as (
    select * from {{ ref('base_fieldedge__work_orders') }}
),

timed as (
    select
        * exclude (completed_at, canceled_at),
        case when job_status = 'completed' then completed_at end as completed_at,
        case when job_status = 'canceled' then canceled_at end as canceled_at
    from work_orders
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as job_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    created_at,
    cast(null as timestamp) as updated_at,
    is_gone as is_deleted,
    work_order_number as job_number,
    {{ entity_key('platform', 'account_id', 'customer_native_id') }} as customer_key,
    {{ entity_key('platform', 'account_id', 'location_native_id') }} as location_key,
    {{ entity_key('platform', 'account_id', 'lower(task)') }} as job_type_key,
    task as job_type_name,
    business_unit as business_unit_name,
    coalesce({{ trade_named('business_unit') }}, {{ trade_named('task') }}) as trade,
    {{ entity_key('platform', 'account_id', 'lower(lead_source)') }} as campaign_key,
    lead_source as source_name,
    cast(null as varchar) as lead_key,
    cast(null as varchar) as call_key,
    job_status,
    vendor_status as vendor_work_order_status,
    created_at as booked_at,
    {{ business_date('created_at', 'timezone') }} as booked_on,
    scheduled_start_at,
    scheduled_end_at,
    started_at,
    completed_at,
    {{ business_date('completed_at', 'timezone') }} as completed_on,
    canceled_at,
    {{ business_date('canceled_at', 'timezone') }} as canceled_on,
    total_amount,
    subtotal_amount,
    -- There is no flag: work that ended with nothing to pay was done without charge.
    case when job_status = 'completed' then total_amount = 0 end as is_no_charge,
    cast(null as varchar) as recall_of_job_key,
    cast(null as varchar) as warranty_of_job_key,
    cast(null as varchar) as origin_estimate_key,
    cast(null as varchar) as membership_key,
    {{ entity_key('platform', 'account_id', 'lower(technician)') }} as technician_key,
    cast(null as varchar) as sold_by_technician_key,
    {{ json_object({
        'description': 'description',
        'is_exported': 'is_exported',
        'is_customer_found_by_contact': 'is_found'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from timed
