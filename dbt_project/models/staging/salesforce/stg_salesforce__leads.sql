{%- set provided = "nullif(nullif(trim({0}), ''), '[not provided]')" %}
with leads as (
    select * from {{ ref('base_salesforce__leads') }}
),

staged as (
    select
        leads.*,
        opportunities.is_won,
        opportunities.is_closed,
        opportunities.entered_booked_at,
        opportunities.has_known_stage,
        coalesce(opportunities.is_booked_stage, false)
            or coalesce(opportunities.is_won, false)
            or leads.job_id is not null as says_booked,
        {{ utc_timestamp('coalesce(leads.lead.CreatedDate, leads.opportunity.CreatedDate)') }} as occurred_at,
        {{ provided.format('coalesce(leads.contact.FirstName, leads.lead.FirstName)') }} as given_name,
        {{ provided.format('coalesce(leads.contact.LastName, leads.lead.LastName)') }} as family_name,
        -- The picklist may name a way as well as a source; only values that the seed knows count as one.
        coalesce(
            {{ canonical_value('salesforce', 'lead.lead_kind', 'leads.lead_kind') }},
            case when leads.lead_kind is null
                then {{ canonical_value('salesforce', 'lead.lead_source', 'leads.lead_source') }}
            end
        ) as kind,
        {{ canonical_value('salesforce', 'lead.status', 'leads.lead.Status') }} as status_of_lead,
        brands.brand_key,
        coalesce(brands.timezone, accounts.timezone) as timezone
    from leads
    left join {{ ref('base_salesforce__opportunities') }} as opportunities
        on opportunities.account_id = leads.account_id and opportunities.native_id = leads.opportunity_id
    left join {{ ref('stg_operator__brands') }} as brands
        on lower(leads.brand) in (lower(brands.brand_key), lower(brands.brand_name))
    left join {{ ref('stg_operator__accounts') }} as accounts
        on accounts.platform = leads.platform and accounts.account_id = leads.account_id
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as lead_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    occurred_at as created_at,
    {{ utc_timestamp('greatest(lead.SystemModstamp, opportunity.SystemModstamp)') }} as updated_at,
    is_deleted,
    kind as lead_kind,
    lead_kind as vendor_lead_kind,
    case
        when opportunity is null then status_of_lead
        -- A stage that the org does not have is an error in what was read, not an open lead.
        when not has_known_stage then null
        when is_closed and not is_won then 'lost'
        when says_booked then 'booked'
        else 'open'
    end as lead_status,
    lead.Status as vendor_lead_status,
    opportunity.StageName as vendor_stage,
    case when lead is null then 'opportunity' else 'lead' end as vendor_record,
    counted_opportunity_id as vendor_opportunity_id,
    cast(nullif(counted_amount, '') as decimal(18, 2)) as vendor_opportunity_amount,
    nullif(concat_ws(' ', given_name, family_name), '') as full_name,
    given_name as first_name,
    family_name as last_name,
    -- The field is required; of somebody without a company it repeats the name.
    case
        when lower(trim(lead.Company)) <> lower(trim(lead.Name)) then {{ provided.format('lead.Company') }}
    end as company_name,
    coalesce(
        nullif(contact.MobilePhone, ''), nullif(contact.Phone, ''), nullif(lead.MobilePhone, ''),
        nullif(lead.Phone, ''), nullif(account.Phone, '')
    ) as phone,
    coalesce(nullif(contact.Email, ''), nullif(lead.Email, '')) as email,
    {%- for name, field in [('street', 'Street'), ('city', 'City'), ('state', 'State'), ('postal_code', 'PostalCode')] %}
    coalesce(
        nullif(contact.Mailing{{ field }}, ''), nullif(lead.{{ field }}, ''), nullif(account.Billing{{ field }}, '')
    ) as {{ name }},
    {%- endfor %}
    cast(null as varchar) as unit,
    cast(null as varchar) as customer_key,
    job_id as job_native_id,
    {{ entity_key('platform', 'account_id', 'call_id') }} as call_key,
    -- What a link said of itself is better evidence than a list that somebody was put on.
    case
        when coalesce(utm_source, utm_campaign, gclid, gbraid, wbraid, msclkid, fbclid) is null
            then {{ entity_key('platform', 'account_id', 'campaign_id') }}
    end as campaign_key,
    lead_source as source_name,
    {%- for name in ['utm_source', 'utm_medium', 'utm_campaign', 'gclid', 'gbraid', 'wbraid', 'msclkid', 'fbclid'] %}
    coalesce({{ name }}, {{ url_parameter('landing_page', name) }}) as {{ name }},
    {%- endfor %}
    landing_page as landing_page_url,
    referrer as referrer_url,
    brand_key,
    lower(trade) as trade,
    occurred_at,
    {{ business_date('occurred_at', 'timezone') }} as occurred_on,
    case when says_booked or entered_booked_at is not null then entered_booked_at end as booked_at,
    coalesce(says_booked or entered_booked_at is not null, false) as is_booked,
    -- A lead that is not converted was lost, for whatever reason; none says that it was no request.
    false as is_excluded,
    {{ json_object({
        'contact_native_id': 'contact_id',
        'opportunity_native_id': 'opportunity_id',
        'opportunity_name': 'opportunity.Name',
        'opportunity_amount': 'vendor_opportunity_amount',
        'closes_on': 'opportunity.CloseDate',
        'account_name': 'account.Name',
        'campaign_native_id': 'campaign_id',
        'merged_into_native_id': 'lead.MasterRecordId'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from staged
