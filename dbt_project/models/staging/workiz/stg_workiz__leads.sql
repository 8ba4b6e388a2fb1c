-- There is no field for click ids and UTM values; form integrations write them into the notes as name:value or
-- name=value.
with leads as (
    select
        *,
        {%- for name in
            ['utm_source', 'utm_medium', 'utm_campaign', 'gclid', 'gbraid', 'wbraid', 'msclkid', 'fbclid'] %}
        nullif(regexp_extract(lead.LeadNotes, '(?:^|[\s;,?&]){{ name }}[:=]([^\s;,&]+)', 1), '') as {{ name }}
        {{- "," if not loop.last }}
        {%- endfor %}
    from {{ ref('base_workiz__leads') }}
)

select
    {{ entity_key('leads.platform', 'leads.account_id', 'leads.native_id') }} as lead_key,
    leads.platform,
    leads.account_id,
    leads.native_id,
    cast(null as varchar) as native_url,
    leads.created_at,
    leads.status_changed_at as updated_at,
    leads.removed_at is not null as is_deleted,
    case
        when coalesce(
            leads.gclid, leads.gbraid, leads.wbraid, leads.msclkid, leads.fbclid, leads.utm_source
        ) is not null then 'form'
    end as lead_kind,
    leads.lead_status,
    lead.Status as vendor_lead_status,
    nullif(concat_ws(' ', nullif(trim(lead.FirstName), ''), nullif(trim(lead.LastName), '')), '') as full_name,
    nullif(trim(lead.FirstName), '') as first_name,
    nullif(trim(lead.LastName), '') as last_name,
    nullif(trim(lead.Company), '') as company_name,
    coalesce(nullif(trim(lead.Phone), ''), nullif(trim(lead.SecondPhone), '')) as phone,
    nullif(trim(lead.Email), '') as email,
    nullif(trim(lead.Address), '') as street,
    nullif(trim(lead.Unit), '') as unit,
    nullif(trim(lead.City), '') as city,
    nullif(trim(lead.State), '') as state,
    nullif(trim(lead.PostalCode), '') as postal_code,
    {{ entity_key('leads.platform', 'leads.account_id', 'leads.client_native_id') }} as customer_key,
    conversions.job_native_id,
    cast(null as varchar) as call_key,
    {{ entity_key('leads.platform', 'leads.account_id', 'leads.source_name') }} as campaign_key,
    leads.source_name,
    leads.utm_source,
    leads.utm_medium,
    leads.utm_campaign,
    leads.gclid,
    leads.gbraid,
    leads.wbraid,
    leads.msclkid,
    leads.fbclid,
    cast(null as varchar) as landing_page_url,
    cast(null as varchar) as referrer_url,
    cast(null as varchar) as brand_key,
    {{ trade_named('leads.job_type_name') }} as trade,
    leads.created_at as occurred_at,
    {{ business_date('leads.created_at', 'leads.timezone') }} as occurred_on,
    case when leads.lead_status = 'booked' then coalesce(conversions.booked_at, leads.status_changed_at) end
        as booked_at,
    leads.lead_status = 'booked' as is_booked,
    false as is_excluded,
    {{ json_object({
        'serial_id': 'lead.SerialId',
        'sub_status': 'lead.SubStatus',
        'created_by': 'lead.CreatedBy',
        'notes': 'lead.LeadNotes'
    }) }} as vendor_attributes,
    leads.changed_at as _loaded_at
from leads
left join {{ ref('base_workiz__conversions') }} as conversions
    on conversions.account_id = leads.account_id and conversions.lead_native_id = leads.native_id
