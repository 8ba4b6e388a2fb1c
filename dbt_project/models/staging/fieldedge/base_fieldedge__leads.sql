-- What a look-up says of each posted lead, and when it was posted, which no answer tells.
with leads as (
    select
        *,
        {{ json_fields('payload', text_fields(['trackingId', 'source', 'status', 'preferredContactMethod', 'notFound'], {
            'metaData': text_fields(
                ['campaign', 'leadSource', 'utm_source', 'utm_medium', 'utm_campaign', 'gclid', 'gbraid', 'wbraid',
                 'msclkid', 'fbclid']
            ),
            'customer': text_fields(
                ['customerId', 'firstName', 'lastName', 'email', 'phone'],
                {'address': text_fields(['addressLine1', 'addressLine2', 'city', 'state', 'postalCode'])}
            )
        })) }} as lead
    from {{ source('fieldedge', 'leads') }}
),

posted as (
    select *, {{ json_fields('payload', text_fields(['created_at'])) }} as entry
    from {{ source('fieldedge', 'posted_leads') }}
)

select
    leads.account_id,
    leads.native_id,
    'fieldedge' as platform,
    lead,
    nullif(trim(coalesce(lead.metaData.leadSource, lead.source)), '') as lead_source,
    coalesce(lead.notFound = 'true', false) as is_gone,
    {{ utc_from_local('posted.entry.created_at', 'accounts.timezone') }} as posted_at,
    accounts.timezone,
    leads.changed_at
from leads
left join posted on posted.account_id = leads.account_id and posted.native_id = leads.native_id
left join {{ ref('stg_operator__accounts') }} as accounts
    on accounts.platform = 'fieldedge' and accounts.account_id = leads.account_id
