with leads as (
    select
        *,
        'housecallpro' as platform,
        {{ json_fields('payload', text_fields(['number', 'lead_source', 'lost_at', 'status', 'total_amount'], {
            'customer': text_fields(
                ['id', 'first_name', 'last_name', 'company', 'email', 'mobile_number', 'home_number', 'work_number']
            ),
            'address': text_fields(['street', 'street_line_2', 'city', 'state', 'zip']),
            'conversions': [text_fields(['id', 'type'])],
            'tags': ['VARCHAR']
        })) }} as lead
    from {{ source('housecallpro', 'leads') }}
),

conversions as (
    select account_id, native_id, {{ json_elements('lead.conversions') }} as conversion from leads
),

jobs as (
    select account_id, native_id, {{ json_fields('payload', text_fields(['created_at'])) }} as job
    from {{ source('housecallpro', 'jobs') }}
),

converted as (
    select
        conversions.account_id,
        conversions.native_id,
        min_by(conversion.id, job.created_at) as job_native_id,
        min(job.created_at) as booked_at
    from conversions
    inner join jobs on jobs.account_id = conversions.account_id and jobs.native_id = conversion.id
    where lower(conversion.type) = 'job'
    group by conversions.account_id, conversions.native_id
),

-- There is no field for click ids and UTM values; the practice is a tag of the form name:value.
tags as (
    select account_id, native_id, {{ json_elements('lead.tags') }} as tag from leads
),

named_tags as (
    select
        account_id,
        native_id,
        {%- for name in
            ['utm_source', 'utm_medium', 'utm_campaign', 'gclid', 'gbraid', 'wbraid', 'msclkid', 'fbclid'] %}
        max(case when starts_with(tag, '{{ name }}:') then substr(tag, {{ name | length + 2 }}) end) as {{ name }}
        {{- "," if not loop.last }}
        {%- endfor %}
    from tags
    group by account_id, native_id
),

known_customers as (
    select account_id, native_id from {{ ref('base_housecallpro__customers') }}
)

select
    {{ entity_key('leads.platform', 'leads.account_id', 'leads.native_id') }} as lead_key,
    leads.platform,
    leads.account_id,
    leads.native_id,
    cast(null as varchar) as native_url,
    -- A lead carries no time at all but lost_at. Its arrival must come from another system or from its job.
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    leads.removed_at is not null as is_deleted,
    case
        when coalesce(named_tags.gclid, named_tags.gbraid, named_tags.wbraid, named_tags.msclkid, named_tags.fbclid,
            named_tags.utm_source) is not null then 'form'
    end as lead_kind,
    {{ canonical_value('housecallpro', 'lead.status', 'lead.status') }} as lead_status,
    lead.status as vendor_lead_status,
    nullif(concat_ws(' ', nullif(trim(lead.customer.first_name), ''), nullif(trim(lead.customer.last_name), '')), '')
        as full_name,
    nullif(lead.customer.first_name, '') as first_name,
    nullif(lead.customer.last_name, '') as last_name,
    nullif(lead.customer.company, '') as company_name,
    coalesce(nullif(lead.customer.mobile_number, ''), nullif(lead.customer.home_number, ''),
        nullif(lead.customer.work_number, '')) as phone,
    nullif(lead.customer.email, '') as email,
    lead.address.street,
    lead.address.street_line_2 as unit,
    lead.address.city,
    lead.address.state,
    lead.address.zip as postal_code,
    -- Somebody who is a customer nowhere but inside this lead is not one.
    {{ entity_key('leads.platform', 'leads.account_id', 'known_customers.native_id') }} as customer_key,
    converted.job_native_id,
    cast(null as varchar) as call_key,
    {{ entity_key('leads.platform', 'leads.account_id', 'lead_sources.native_id') }} as campaign_key,
    lead.lead_source as source_name,
    named_tags.utm_source,
    named_tags.utm_medium,
    named_tags.utm_campaign,
    named_tags.gclid,
    named_tags.gbraid,
    named_tags.wbraid,
    named_tags.msclkid,
    named_tags.fbclid,
    cast(null as varchar) as landing_page_url,
    cast(null as varchar) as referrer_url,
    cast(null as varchar) as brand_key,
    cast(null as varchar) as trade,
    cast(null as timestamp) as occurred_at,
    cast(null as date) as occurred_on,
    {{ utc_timestamp('converted.booked_at') }} as booked_at,
    coalesce(lead.status = 'won', false) as is_booked,
    false as is_excluded,
    {{ json_object({
        'number': 'lead.number',
        'lost_at': 'lead.lost_at',
        'tags': 'lead.tags',
        'total_amount': cents_to_amount('lead.total_amount'),
        'embedded_customer_native_id': 'lead.customer.id',
        'conversions': 'lead.conversions'
    }) }} as vendor_attributes,
    leads.changed_at as _loaded_at
from leads
left join converted on converted.account_id = leads.account_id and converted.native_id = leads.native_id
left join named_tags on named_tags.account_id = leads.account_id and named_tags.native_id = leads.native_id
left join known_customers
    on known_customers.account_id = leads.account_id and known_customers.native_id = lead.customer.id
left join {{ ref('base_housecallpro__lead_sources') }} as lead_sources
    on lead_sources.account_id = leads.account_id and lead_sources.source_name = lead.lead_source
