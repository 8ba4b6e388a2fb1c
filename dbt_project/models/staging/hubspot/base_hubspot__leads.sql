-- A lead is a deal with the contact that asked. A contact without a deal is a lead too when it submitted a form: that
-- request would otherwise be in no table. Contacts that were only typed in or imported asked for nothing.
with deals as (
    select
        *,
        {{ json_fields('payload', text_fields(
            ['createdAt', 'updatedAt', 'archived', 'url'],
            {'properties': text_fields([
                'dealname', 'amount', 'dealstage', 'pipeline', 'closedate', 'createdate', 'hs_lastmodifieddate',
                'ext_job_id', 'brand', 'trade', 'lead_kind', 'lead_channel', 'call_id', 'utm_source', 'utm_medium',
                'utm_campaign', 'gclid', 'gbraid', 'wbraid', 'msclkid', 'fbclid', 'landing_url', 'referrer_url'
            ])}
        )) }} as deal
    from {{ source('hubspot', 'deals') }}
),

contacts as (
    select * from {{ ref('base_hubspot__contacts') }}
),

associations as (
    select account_id, {{ json_fields('payload', text_fields(['deal_id', 'contact_id'])) }} as association
    from {{ source('hubspot', 'deal_contacts') }}
    where removed_at is null
),

-- An association may still name a contact that was merged away since it was read. Of several contacts the oldest one
-- asked first; ids grow, and compare as numbers.
deal_contacts as (
    select
        associations.account_id,
        association.deal_id,
        min_by(
            coalesce(contacts.current_id, association.contact_id),
            cast(coalesce(contacts.current_id, association.contact_id) as bigint)
        ) as contact_id
    from associations
    left join contacts
        on contacts.account_id = associations.account_id and contacts.native_id = association.contact_id
    group by associations.account_id, association.deal_id
),

deal_leads as (
    select
        deals.account_id,
        deals.native_id,
        deal_contacts.contact_id,
        deals.deal,
        deals.payload,
        deals.removed_at is not null or coalesce(cast(deals.deal.archived as boolean), false) as is_deleted,
        -- What the contact remembers of a visit belongs to the visit that made it: to its first deal, not to later
        -- ones.
        row_number() over (
            partition by deals.account_id, coalesce(deal_contacts.contact_id, deals.native_id)
            order by deals.deal.properties.createdate, cast(deals.native_id as bigint)
        ) = 1 as is_first_of_contact,
        deals.changed_at
    from deals
    left join deal_contacts
        on deal_contacts.account_id = deals.account_id and deal_contacts.deal_id = deals.native_id
),

contact_leads as (
    select
        contacts.account_id, 'contact|' || contacts.native_id as native_id, contacts.native_id as contact_id,
        contacts.is_deleted, contacts.changed_at
    from contacts
    left join deal_contacts
        on deal_contacts.account_id = contacts.account_id and deal_contacts.contact_id = contacts.native_id
    where deal_contacts.contact_id is null
        and not contacts.is_merged
        and nullif(contacts.contact.properties.first_conversion_event_name, '') is not null
),

leads as (
    select account_id, native_id, contact_id, deal, payload, is_deleted, is_first_of_contact, changed_at from deal_leads
    union all
    select account_id, native_id, contact_id, null, null, is_deleted, true, changed_at from contact_leads
)

select
    'hubspot' as platform,
    leads.account_id,
    leads.native_id,
    leads.contact_id,
    leads.deal,
    leads.payload as deal_payload,
    contacts.contact,
    case when leads.is_first_of_contact then contacts.contact end as first_visit,
    leads.is_deleted,
    leads.changed_at
from leads
left join contacts on contacts.account_id = leads.account_id and contacts.native_id = leads.contact_id
