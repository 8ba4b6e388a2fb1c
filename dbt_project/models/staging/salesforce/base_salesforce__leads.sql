-- A request is a lead, with the opportunity that it was converted to; or an opportunity that no lead became. It keeps the
-- id of the record that it arrived as, so conversion changes no key. A lead that was merged away is still a request: a
-- merge says that two records are one person, not that the person asked once.
{%- set marks = [
    'brand', 'trade', 'lead_kind', 'call_id', 'utm_source', 'utm_medium', 'utm_campaign', 'gclid', 'gbraid', 'wbraid',
    'msclkid', 'fbclid', 'landing_page', 'referrer'
] %}
with leads as (
    select
        *,
        {{ json_fields('payload', text_fields([
            'MasterRecordId', 'IsDeleted', 'FirstName', 'LastName', 'Name', 'Company', 'Street', 'City', 'State',
            'PostalCode', 'Phone', 'MobilePhone', 'Email', 'Status', 'LeadSource', 'IsConverted', 'ConvertedContactId',
            'ConvertedOpportunityId', 'CreatedDate', 'SystemModstamp'
        ])) }} as lead
    from {{ source('salesforce', 'leads') }}
),

opportunities as (
    select * from {{ ref('base_salesforce__opportunities') }}
),

contacts as (
    select * from {{ ref('base_salesforce__contacts') }}
),

accounts as (
    select
        account_id,
        native_id,
        {{ json_fields('payload', text_fields([
            'Name', 'Phone', 'BillingStreet', 'BillingCity', 'BillingState', 'BillingPostalCode'
        ])) }} as account
    from {{ source('salesforce', 'accounts') }}
),

converted as (
    select distinct account_id, lead.ConvertedOpportunityId as opportunity_id
    from leads
    where lead.ConvertedOpportunityId is not null
),

requests as (
    select
        leads.account_id,
        leads.native_id,
        leads.lead,
        leads.payload as lead_payload,
        opportunities.native_id as opportunity_id,
        -- Two leads may become one opportunity; it is counted with the first, and what it says of a visit is the first's.
        row_number() over (
            partition by leads.account_id, opportunities.native_id order by leads.lead.CreatedDate, leads.native_id
        ) = 1 as counts_opportunity,
        opportunities.opportunity,
        opportunities.payload as opportunity_payload,
        coalesce(opportunities.is_deleted, true) as has_lost_opportunity,
        leads.lead.ConvertedContactId as contact_id,
        (leads.removed_at is not null or coalesce(cast(leads.lead.IsDeleted as boolean), false))
            and leads.lead.MasterRecordId is null as is_deleted,
        greatest(leads.changed_at, coalesce(opportunities.changed_at, leads.changed_at)) as changed_at
    from leads
    left join opportunities
        on opportunities.account_id = leads.account_id
        and opportunities.native_id = leads.lead.ConvertedOpportunityId
    union all
    select
        opportunities.account_id, opportunities.native_id, null, null, opportunities.native_id, true,
        opportunities.opportunity, opportunities.payload, false, opportunities.contact_id, opportunities.is_deleted,
        opportunities.changed_at
    from opportunities
    left join converted
        on converted.account_id = opportunities.account_id and converted.opportunity_id = opportunities.native_id
    where converted.opportunity_id is null
),

members as (
    select
        account_id,
        {{ json_fields('payload', text_fields(['CampaignId', 'LeadId', 'CreatedDate', 'IsDeleted'])) }} as member
    from {{ source('salesforce', 'campaign_members') }}
    where removed_at is null
),

first_members as (
    select
        account_id,
        member.LeadId as lead_id,
        min_by(member.CampaignId, (member.CreatedDate, member.CampaignId)) as campaign_id
    from members
    where member.LeadId is not null and not coalesce(cast(member.IsDeleted as boolean), false)
    group by account_id, member.LeadId
)

select
    'salesforce' as platform,
    requests.account_id,
    requests.native_id,
    requests.lead,
    case when requests.counts_opportunity then requests.opportunity_id end as counted_opportunity_id,
    case when requests.counts_opportunity then requests.opportunity.Amount end as counted_amount,
    -- A lead whose opportunity was deleted is still a request, and knows no more than a lead.
    case when not requests.has_lost_opportunity then requests.opportunity_id end as opportunity_id,
    case when not requests.has_lost_opportunity then requests.opportunity end as opportunity,
    coalesce(people.current_id, requests.contact_id) as contact_id,
    survivors.contact,
    case when survivors.contact is null then accounts.account end as account,
    coalesce(
        nullif(requests.lead.LeadSource, ''),
        case when requests.counts_opportunity then nullif(requests.opportunity.LeadSource, '') end
    ) as lead_source,
    coalesce(
        case when requests.counts_opportunity then requests.opportunity.CampaignId end, first_members.campaign_id
    ) as campaign_id,
    {%- for mark in marks %}
    coalesce(
        nullif({{ json_text_at('requests.lead_payload', 'lead_fields.' ~ mark ~ '_path') }}, ''),
        case
            when requests.counts_opportunity
                then nullif({{ json_text_at('requests.opportunity_payload', 'opportunity_fields.' ~ mark ~ '_path') }}, '')
        end
    ) as {{ mark }},
    {%- endfor %}
    case
        when not requests.has_lost_opportunity
            then nullif({{ json_text_at('requests.opportunity_payload', 'opportunity_fields.job_id_path') }}, '')
    end as job_id,
    requests.is_deleted,
    requests.changed_at
from requests
left join contacts as people
    on people.account_id = requests.account_id and people.native_id = requests.contact_id
left join contacts as survivors
    on survivors.account_id = requests.account_id
    and survivors.native_id = coalesce(people.current_id, requests.contact_id)
left join accounts
    on accounts.account_id = requests.account_id and accounts.native_id = requests.opportunity.AccountId
left join first_members
    on first_members.account_id = requests.account_id and first_members.lead_id = requests.native_id
left join {{ ref('base_salesforce__custom_fields') }} as lead_fields
    on lead_fields.account_id = requests.account_id and lead_fields.object_name = 'Lead'
left join {{ ref('base_salesforce__custom_fields') }} as opportunity_fields
    on opportunity_fields.account_id = requests.account_id and opportunity_fields.object_name = 'Opportunity'
