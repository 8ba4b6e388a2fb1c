with estimates as (
    select
        *,
        {{ json_fields('payload', text_fields(
            ['estimate_number', 'work_status', 'lead_source', 'created_at', 'updated_at'],
            {
                'customer': text_fields(['id']),
                'address': text_fields(['id']),
                'options': [text_fields(
                    ['id', 'name', 'option_number', 'total_amount', 'approval_status', 'status', 'created_at',
                     'updated_at']
                )]
            }
        )) }} as estimate
    from {{ source('housecallpro', 'estimates') }}
),

jobs as (
    select account_id, {{ json_fields('payload', text_fields(['original_estimate_id', 'created_at'])) }} as job
    from {{ source('housecallpro', 'jobs') }}
),

jobs_by_option as (
    select account_id, job.original_estimate_id as option_native_id, min(job.created_at) as created_at
    from jobs
    where job.original_estimate_id is not null
    group by account_id, job.original_estimate_id
),

options as (
    select
        account_id, native_id as estimate_native_id, 'housecallpro' as platform, estimate,
        {{ json_elements('estimate.options') }} as option, removed_at, changed_at
    from estimates
),

-- The decision is in approval_status; one never asked for (null) can still have been withdrawn.
decided as (
    select
        *,
        case
            when option.approval_status is not null
                then {{ canonical_value('housecallpro', 'option.approval_status', 'option.approval_status') }}
            else coalesce({{ canonical_value('housecallpro', 'option.status', 'option.status') }}, 'open')
        end as estimate_status
    from options
),

timed as (
    select
        decided.*,
        -- No time of approval is told. The job copied from the option was made when it was approved; without one, the
        -- option's last change is the nearest there is.
        case
            when decided.estimate_status = 'sold'
                then {{ utc_timestamp('coalesce(jobs_by_option.created_at, decided.option.updated_at)') }}
        end as sold_at
    from decided
    left join jobs_by_option
        on jobs_by_option.account_id = decided.account_id and jobs_by_option.option_native_id = decided.option.id
)

select
    {{ entity_key('timed.platform', 'timed.account_id', 'option.id') }} as estimate_key,
    timed.platform,
    timed.account_id,
    option.id as native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('option.created_at') }} as created_at,
    {{ utc_timestamp('option.updated_at') }} as updated_at,
    timed.removed_at is not null or coalesce(option.status = 'deleted', false) as is_deleted,
    timed.estimate_native_id as estimate_group_id,
    option.name as option_name,
    cast(null as varchar) as job_key,
    {{ entity_key('timed.platform', 'timed.account_id', 'estimate.customer.id') }} as customer_key,
    {{ entity_key('timed.platform', 'timed.account_id', 'estimate.address.id') }} as location_key,
    timed.estimate_status,
    option.approval_status as vendor_approval_status,
    {{ utc_timestamp('option.created_at') }} as offered_at,
    timed.sold_at,
    {{ business_date('timed.sold_at', 'accounts.timezone') }} as sold_on,
    cast(null as decimal(18, 2)) as subtotal_amount,
    cast(null as decimal(18, 2)) as tax_amount,
    {{ cents_to_amount('option.total_amount') }} as total_amount,
    cast(null as varchar) as sold_by_technician_key,
    {{ json_object({
        'estimate_number': 'estimate.estimate_number',
        'option_number': 'option.option_number',
        'option_status': 'option.status',
        'work_status': 'estimate.work_status',
        'lead_source': 'estimate.lead_source'
    }) }} as vendor_attributes,
    timed.changed_at as _loaded_at
from timed
left join {{ ref('stg_operator__accounts') }} as accounts
    on accounts.platform = timed.platform and accounts.account_id = timed.account_id
