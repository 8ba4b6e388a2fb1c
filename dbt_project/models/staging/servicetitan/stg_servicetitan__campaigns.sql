with parsed as (
    select
        *,
        'servicetitan' as platform,
        {{ json_fields('payload', text_fields(
            ['name', 'createdOn', 'modifiedOn', 'active', 'source', 'otherSource', 'medium', 'otherMedium', 'dnis',
             'businessUnit', 'isDefaultCampaign'],
            {'category': text_fields(['name']), 'campaignPhoneNumbers': ['VARCHAR']}
        )) }} as campaign
    from {{ source('servicetitan', 'campaigns') }}
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as campaign_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('campaign.createdOn') }} as created_at,
    {{ utc_timestamp('campaign.modifiedOn') }} as updated_at,
    removed_at is not null as is_deleted,
    campaign.name as campaign_name,
    campaign.category.name as category_name,
    coalesce(campaign.source, campaign.otherSource) as source_name,
    coalesce(campaign.medium, campaign.otherMedium) as medium_name,
    -- The older form of a campaign has its one number in dnis.
    coalesce(array_to_string(campaign.campaignPhoneNumbers, ','), campaign.dnis) as tracking_phones,
    cast(campaign.active as boolean) as is_active,
    {{ json_object({
        'business_unit': 'campaign.businessUnit',
        'is_default': 'cast(campaign.isDefaultCampaign as boolean)'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from parsed
