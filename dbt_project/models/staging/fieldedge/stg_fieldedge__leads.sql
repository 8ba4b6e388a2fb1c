with leads as (
    select * from {{ ref('base_fieldedge__leads') }}
),

-- An id of somebody who is a customer nowhere else is not a customer's.
known_customers as (
    select account_id, native_id from {{ ref('base_fieldedge__customers') }} where not is_gone
)

select
    {{ entity_key('leads.platform', 'leads.account_id', 'leads.native_id') }} as lead_key,
    leads.platform,
    leads.account_id,
    leads.native_id,
    cast(null as varchar) as native_url,
    posted_at as created_at,
    cast(null as timestamp) as updated_at,
    leads.is_gone as is_deleted,
    case
        when coalesce(lead.metaData.gclid, lead.metaData.gbraid, lead.metaData.wbraid, lead.metaData.msclkid,
            lead.metaData.fbclid, lead.metaData.utm_source) is not null then 'form'
    end as lead_kind,
    case
        when leads.is_gone then 'open'
        else {{ canonical_value('fieldedge', 'lead.status', 'lead.status') }}
    end as lead_status,
    lead.status as vendor_lead_status,
    nullif(concat_ws(' ', nullif(trim(lead.customer.firstName), ''), nullif(trim(lead.customer.lastName), '')), '')
        as full_name,
    nullif(lead.customer.firstName, '') as first_name,
    nullif(lead.customer.lastName, '') as last_name,
    cast(null as varchar) as company_name,
    nullif(lead.customer.phone, '') as phone,
    nullif(lead.customer.email, '') as email,
    lead.customer.address.addressLine1 as street,
    lead.customer.address.addressLine2 as unit,
    lead.customer.address.city,
    lead.customer.address.state,
    lead.customer.address.postalCode as postal_code,
    {{ entity_key('leads.platform', 'leads.account_id', 'known_customers.native_id') }} as customer_key,
    cast(null as varchar) as job_native_id,
    cast(null as varchar) as call_key,
    {{ entity_key('leads.platform', 'leads.account_id', 'lower(leads.lead_source)') }} as campaign_key,
    leads.lead_source as source_name,
    lead.metaData.utm_source,
    lead.metaData.utm_medium,
    coalesce(lead.metaData.utm_campaign, lead.metaData.campaign) as utm_campaign,
    lead.metaData.gclid,
    lead.metaData.gbraid,
    lead.metaData.wbraid,
    lead.metaData.msclkid,
    lead.metaData.fbclid,
    cast(null as varchar) as landing_page_url,
    cast(null as varchar) as referrer_url,
    cast(null as varchar) as brand_key,
    cast(null as varchar) as trade,
    posted_at as occurred_at,
    {{ business_date('posted_at', 'leads.timezone') }} as occurred_on,
    -- No lead names a work order; the household and the time lead to it.
    cast(null as timestamp) as booked_at,
    false as is_booked,
    false as is_excluded,
    {{ json_object({
        'tracking_id': 'lead.trackingId',
        'source': 'lead.source',
        'preferred_contact_method': 'lead.preferredContactMethod',
        'embedded_customer_native_id': 'lead.customer.customerId'
    }) }} as vendor_attributes,
    leads.changed_at as _loaded_at
from leads
left join known_customers
    on known_customers.account_id = leads.account_id and known_customers.native_id = lead.customer.customerId
