with category_entries as (
    select
        account_id, native_id, {{ json_fields('payload', text_fields(['name'])) }} as category, removed_at
    from {{ source('servicefusion', 'job_categories') }}
),

-- Jobs name their category; a name that several entries share (one was deleted, one lives) is the live one's.
categories as (
    select
        account_id,
        lower(trim(category.name)) as category_name,
        min_by(native_id, (removed_at is not null, native_id)) as native_id
    from category_entries
    group by account_id, lower(trim(category.name))
),

jobs as (
    select
        jobs.*,
        categories.native_id as category_native_id,
        sources.native_id as source_native_id,
        -- No time of completion is told. Work ended when its last visit was planned to, but not after it was closed or
        -- last touched.
        case when jobs.job_status = 'completed' then
            least(
                coalesce(jobs.last_visit_ends_at, jobs.scheduled_end_at, jobs.closed_at, jobs.updated_at),
                jobs.closed_at,
                jobs.updated_at
            )
        end as completed_at
    from {{ ref('base_servicefusion__jobs') }} as jobs
    left join categories
        on categories.account_id = jobs.account_id and categories.category_name = lower(trim(jobs.job.category))
    left join {{ ref('base_servicefusion__sources') }} as sources
        on sources.account_id = jobs.account_id and sources.source_name = lower(trim(jobs.job.source))
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as job_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    booked_at as created_at,
    updated_at,
    removed_at is not null as is_deleted,
    job.number as job_number,
    {{ entity_key('platform', 'account_id', 'customer_native_id') }} as customer_key,
    {{ entity_key('platform', 'account_id', 'location_native_id') }} as location_key,
    {{ entity_key('platform', 'account_id', 'category_native_id') }} as job_type_key,
    job.category as job_type_name,
    cast(null as varchar) as business_unit_name,
    {{ trade_named('job.category') }} as trade,
    {{ entity_key('platform', 'account_id', 'source_native_id') }} as campaign_key,
    nullif(trim(job.source), '') as source_name,
    cast(null as varchar) as lead_key,
    cast(null as varchar) as call_key,
    job_status,
    job.status as vendor_job_status,
    booked_at,
    {{ business_date('booked_at', 'timezone') }} as booked_on,
    scheduled_start_at,
    scheduled_end_at,
    cast(null as timestamp) as started_at,
    completed_at,
    {{ business_date('completed_at', 'timezone') }} as completed_on,
    -- The vendor tells no time of cancellation; whoever needs one takes the last change.
    cast(null as timestamp) as canceled_at,
    cast(null as date) as canceled_on,
    total_amount,
    subtotal_amount,
    -- There is no flag: work that ended with nothing to pay was done without charge.
    case when job_status = 'completed' then total_amount = 0 end as is_no_charge,
    cast(null as varchar) as recall_of_job_key,
    cast(null as varchar) as warranty_of_job_key,
    cast(null as varchar) as origin_estimate_key,
    cast(null as varchar) as membership_key,
    {{ entity_key('platform', 'account_id', 'job.techs_assigned[1].id') }} as technician_key,
    {{ entity_key('platform', 'account_id', 'job.agents[1].id') }} as sold_by_technician_key,
    {{ json_object({
        'description': 'job.description',
        'sub_status': 'job.sub_status',
        'priority': 'job.priority',
        'payment_status': 'job.payment_status',
        'due_amount': 'cast(job.due_total as decimal(18, 2))',
        'closed_at': 'closed_at',
        'customer_name': 'job.customer_name',
        'customer_link': 'customer_link',
        'contract': 'job.contract',
        'project': 'job.project',
        'po_number': 'job.po_number'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from jobs
