with parsed as (
    select
        *,
        'servicetitan' as platform,
        {{ json_fields('payload', text_fields(
            ['jobId', 'projectId', 'locationId', 'customerId', 'name', 'createdOn', 'modifiedOn', 'soldOn', 'soldBy',
             'active', 'subtotal', 'tax', 'isRecommended', 'isChangeOrder', 'reviewStatus', 'proposalTagName'],
            {'status': text_fields(['name'])}
        )) }} as estimate
    from {{ source('servicetitan', 'estimates') }}
),

amounts as (
    select
        *,
        cast(estimate.subtotal as decimal(18, 2)) as subtotal_amount,
        cast(estimate.tax as decimal(18, 2)) as tax_amount,
        {{ utc_timestamp('estimate.soldOn') }} as sold_at
    from parsed
)

select
    {{ entity_key('amounts.platform', 'amounts.account_id', 'amounts.native_id') }} as estimate_key,
    amounts.platform,
    amounts.account_id,
    amounts.native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('estimate.createdOn') }} as created_at,
    {{ utc_timestamp('estimate.modifiedOn') }} as updated_at,
    amounts.removed_at is not null or not coalesce(cast(estimate.active as boolean), true) as is_deleted,
    coalesce(estimate.jobId, amounts.native_id) as estimate_group_id,
    estimate.name as option_name,
    {{ entity_key('amounts.platform', 'amounts.account_id', 'estimate.jobId') }} as job_key,
    {{ entity_key('amounts.platform', 'amounts.account_id', 'estimate.customerId') }} as customer_key,
    {{ entity_key('amounts.platform', 'amounts.account_id', 'estimate.locationId') }} as location_key,
    {{ canonical_value('servicetitan', 'estimate.status', 'estimate.status.name') }} as estimate_status,
    estimate.status.name as vendor_estimate_status,
    {{ utc_timestamp('estimate.createdOn') }} as offered_at,
    amounts.sold_at,
    {{ business_date('amounts.sold_at', 'accounts.timezone') }} as sold_on,
    amounts.subtotal_amount,
    amounts.tax_amount,
    cast(amounts.subtotal_amount + coalesce(amounts.tax_amount, 0) as decimal(18, 2)) as total_amount,
    {{ entity_key('amounts.platform', 'amounts.account_id', 'estimate.soldBy') }} as sold_by_technician_key,
    {{ json_object({
        'is_recommended': 'cast(estimate.isRecommended as boolean)',
        'is_change_order': 'cast(estimate.isChangeOrder as boolean)',
        'review_status': 'estimate.reviewStatus',
        'proposal_tag': 'estimate.proposalTagName',
        'project_native_id': 'estimate.projectId'
    }) }} as vendor_attributes,
    amounts.changed_at as _loaded_at
from amounts
left join {{ ref('stg_operator__accounts') }} as accounts
    on accounts.platform = amounts.platform and accounts.account_id = amounts.account_id
