with estimates as (
    select
        *,
        -- No time of approval is told: the last change of a sold estimate is the nearest there is.
        case when estimate_status = 'sold' then updated_at end as sold_at
    from {{ ref('base_servicefusion__estimates') }}
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as estimate_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    offered_at as created_at,
    updated_at,
    removed_at is not null as is_deleted,
    -- Options of one choice are estimates of their own, and nothing says that they belong together.
    native_id as estimate_group_id,
    estimate.description as option_name,
    cast(null as varchar) as job_key,
    {{ entity_key('platform', 'account_id', 'customer_native_id') }} as customer_key,
    {{ entity_key('platform', 'account_id', 'location_native_id') }} as location_key,
    estimate_status,
    estimate.status as vendor_estimate_status,
    offered_at,
    sold_at,
    {{ business_date('sold_at', 'timezone') }} as sold_on,
    subtotal_amount,
    total_amount - subtotal_amount as tax_amount,
    total_amount,
    {{ entity_key('platform', 'account_id', 'estimate.techs_assigned[1].id') }} as sold_by_technician_key,
    {{ json_object({
        'estimate_number': 'estimate.number',
        'sub_status': 'estimate.sub_status',
        'category': 'estimate.category',
        'source_name': 'estimate.source',
        'opportunity_rating': 'estimate.opportunity_rating',
        'opportunity_owner': 'estimate.opportunity_owner',
        'tags': 'list_transform(estimate.tags, entry -> entry.tag)',
        'customer_link': 'customer_link'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from estimates
