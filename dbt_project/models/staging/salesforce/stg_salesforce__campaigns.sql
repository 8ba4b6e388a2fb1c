with parsed as (
    select
        *,
        'salesforce' as platform,
        {{ json_fields('payload', text_fields(
            ['Name', 'Type', 'Status', 'IsActive', 'IsDeleted', 'StartDate', 'EndDate', 'CreatedDate', 'SystemModstamp']
        )) }} as campaign
    from {{ source('salesforce', 'campaigns') }}
),

flagged as (
    select *, removed_at is not null or coalesce(cast(campaign.IsDeleted as boolean), false) as is_deleted
    from parsed
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as campaign_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('campaign.CreatedDate') }} as created_at,
    {{ utc_timestamp('campaign.SystemModstamp') }} as updated_at,
    is_deleted,
    campaign.Name as campaign_name,
    cast(null as varchar) as category_name,
    cast(null as varchar) as source_name,
    campaign.Type as medium_name,
    cast(null as varchar) as tracking_phones,
    not is_deleted and coalesce(cast(campaign.IsActive as boolean), false) as is_active,
    {{ json_object({
        'status': 'campaign.Status',
        'starts_on': 'campaign.StartDate',
        'ends_on': 'campaign.EndDate'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from flagged
