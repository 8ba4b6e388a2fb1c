with requests as (
    select
        *,
        'jobber' as platform,
        {{ json_fields('payload', text_fields(
            ['title', 'source', 'requestStatus', 'companyName', 'contactName', 'email', 'phone', 'jobberWebUri', 'createdAt',
             'updatedAt'],
            {
                'client': text_fields(['id']),
                'property': text_fields(['id']),
                'assessment': text_fields(['startAt', 'endAt', 'isComplete'])
            }
        )) }} as request
    from {{ source('jobber', 'requests') }}
),

jobs as (
    select
        account_id, request_native_id,
        min_by(native_id, job.createdAt || '|' || native_id) as job_native_id,
        min(job.createdAt) as booked_at
    from {{ ref('base_jobber__jobs') }}
    where request_native_id is not null and removed_at is null
    group by account_id, request_native_id
),

addresses as (
    select
        account_id, native_id,
        {{ json_fields('payload', {
            'address': text_fields(['street1', 'street2', 'city', 'province', 'postalCode'])
        }) }} as property
    from {{ source('jobber', 'properties') }}
),

-- Marketing is kept on the client, so it speaks for the request that made the client, and for no later one.
ranked as (
    select
        requests.*,
        clients.native_id as client_native_id,
        clients.client,
        row_number() over (
            partition by requests.account_id, requests.request.client.id
            order by requests.request.createdAt, requests.native_id
        ) = 1
        and {{ utc_timestamp('requests.request.createdAt') }}
            <= {{ utc_timestamp('clients.client.createdAt') }} + interval '1 hour' as made_client,
        clients.utm_source,
        clients.utm_medium,
        clients.utm_campaign,
        clients.gclid,
        clients.gbraid,
        clients.wbraid,
        clients.msclkid,
        clients.fbclid,
        coalesce(
            nullif(trim(requests.request.contactName), ''),
            nullif(concat_ws(' ', nullif(trim(clients.client.firstName), ''), nullif(trim(clients.client.lastName), '')), '')
        ) as full_name
    from requests
    left join {{ ref('base_jobber__clients') }} as clients
        on clients.account_id = requests.account_id and clients.native_id = requests.request.client.id
),

-- The name is one text; where it is the client's, its parts are known.
named as (
    select
        *,
        lower(full_name)
            = lower(concat_ws(' ', nullif(trim(client.firstName), ''), nullif(trim(client.lastName), '')))
            as is_clients_name,
        made_client and coalesce(gclid, gbraid, wbraid, msclkid, fbclid, utm_source) is not null as is_from_web
    from ranked
)

select
    {{ entity_key('named.platform', 'named.account_id', 'named.native_id') }} as lead_key,
    named.platform,
    named.account_id,
    named.native_id,
    request.jobberWebUri as native_url,
    {{ utc_timestamp('request.createdAt') }} as created_at,
    {{ utc_timestamp('request.updatedAt') }} as updated_at,
    named.removed_at is not null as is_deleted,
    -- `source` is a free label of the intake channel; one of them is known.
    case
        when lower(request.source) like '%online booking%' then 'booking'
        when is_from_web then 'form'
    end as lead_kind,
    -- "Converted" may mean a quote only: booked is what has a job.
    case
        when jobs.job_native_id is not null then 'booked'
        else {{ canonical_value('jobber', 'request.requestStatus', 'request.requestStatus') }}
    end as lead_status,
    request.requestStatus as vendor_request_status,
    full_name,
    case when is_clients_name then nullif(client.firstName, '') end as first_name,
    case when is_clients_name then nullif(client.lastName, '') end as last_name,
    coalesce(nullif(request.companyName, ''), nullif(client.companyName, '')) as company_name,
    nullif(request.phone, '') as phone,
    nullif(request.email, '') as email,
    nullif(addresses.property.address.street1, '') as street,
    nullif(addresses.property.address.street2, '') as unit,
    nullif(addresses.property.address.city, '') as city,
    nullif(addresses.property.address.province, '') as state,
    nullif(addresses.property.address.postalCode, '') as postal_code,
    {{ entity_key('named.platform', 'named.account_id', 'client_native_id') }} as customer_key,
    jobs.job_native_id,
    cast(null as varchar) as call_key,
    cast(null as varchar) as campaign_key,
    case when made_client then client.leadSource end as source_name,
    {%- for name in ['utm_source', 'utm_medium', 'utm_campaign', 'gclid', 'gbraid', 'wbraid', 'msclkid', 'fbclid'] %}
    case when made_client then named.{{ name }} end as {{ name }},
    {%- endfor %}
    cast(null as varchar) as landing_page_url,
    cast(null as varchar) as referrer_url,
    cast(null as varchar) as brand_key,
    cast(null as varchar) as trade,
    {{ utc_timestamp('request.createdAt') }} as occurred_at,
    {{ business_date(utc_timestamp('request.createdAt'), 'accounts.timezone') }} as occurred_on,
    {{ utc_timestamp('jobs.booked_at') }} as booked_at,
    jobs.job_native_id is not null as is_booked,
    false as is_excluded,
    {{ json_object({
        'title': 'request.title',
        'source': 'request.source',
        'assessment': 'request.assessment'
    }) }} as vendor_attributes,
    named.changed_at as _loaded_at
from named
left join jobs on jobs.account_id = named.account_id and jobs.request_native_id = named.native_id
left join addresses on addresses.account_id = named.account_id and addresses.native_id = request.property.id
left join {{ ref('stg_operator__accounts') }} as accounts
    on accounts.platform = named.platform and accounts.account_id = named.account_id
