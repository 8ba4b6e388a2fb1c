-- Local Services leads. Times are the account's wall clock. A phone number with an extension is Google's own, through
-- which the customer is reached: it identifies nobody.
with parsed as (
    select
        *,
        'google_ads' as platform,
        {{ json_fields('payload', {'localServicesLead': text_fields(
            ['leadType', 'leadStatus', 'categoryId', 'serviceId', 'creationDateTime', 'locale', 'leadCharged',
             'leadFeedbackSubmitted', 'campaign'],
            {
                'contactDetails': text_fields(['phoneNumber', 'phoneNumberExtension', 'consumerName']),
                'creditDetails': text_fields(['creditState', 'creditStateLastUpdateDateTime'])
            }
        )}) }} as row_read
    from {{ source('google_ads', 'local_services_leads') }}
),

-- Before v26 a lead does not name its campaign; most accounts have one.
sole_campaigns as (
    select account_id, min(native_id) as campaign_native_id
    from {{ ref('base_google_ads__campaigns') }}
    where advertising_channel_type = 'LOCAL_SERVICES' and removed_at is null
    group by account_id
    having count(*) = 1
)

select
    parsed.platform,
    parsed.account_id,
    parsed.native_id,
    row_read.localServicesLead as lead,
    case
        when nullif(row_read.localServicesLead.contactDetails.phoneNumberExtension, '') is null
            then nullif(row_read.localServicesLead.contactDetails.phoneNumber, '')
    end as phone,
    nullif(row_read.localServicesLead.contactDetails.consumerName, '') as consumer_name,
    coalesce(
        split_part(row_read.localServicesLead.campaign, '/', 4), sole_campaigns.campaign_native_id
    ) as campaign_native_id,
    {{ utc_from_local('row_read.localServicesLead.creationDateTime', 'customers.timezone') }} as occurred_at,
    {{ utc_from_local(
        'row_read.localServicesLead.creditDetails.creditStateLastUpdateDateTime', 'customers.timezone'
    ) }} as credited_at,
    customers.timezone,
    parsed.removed_at,
    parsed.changed_at
from parsed
left join {{ ref('base_google_ads__customers') }} as customers on customers.account_id = parsed.account_id
left join sole_campaigns on sole_campaigns.account_id = parsed.account_id
