-- Phones and e-mails of a request: those of its lead, of the contact that it became, and the e-mails of contacts that were
-- merged into that; of an opportunity without a contact, the account's phone. Each value once.
with leads as (
    select * from {{ ref('base_salesforce__leads') }}
),

contacts as (
    select * from {{ ref('base_salesforce__contacts') }}
),

written as (
    {%- for owner, field, kind in [
        ('contact', 'MobilePhone', 'phone'), ('contact', 'Phone', 'phone'), ('contact', 'Email', 'email'),
        ('lead', 'MobilePhone', 'phone'), ('lead', 'Phone', 'phone'), ('lead', 'Email', 'email'),
        ('account', 'Phone', 'phone')
    ] %}
    select
        account_id, native_id as lead_native_id, {{ loop.index }} as field_rank, '{{ owner }}.{{ field }}' as field,
        '{{ kind }}' as contact_kind, {{ owner }}.{{ field }} as contact_value
    from leads
    union all
    {%- endfor %}
    select leads.account_id, leads.native_id, 8, 'merged.' || merged.native_id, 'email', merged.contact.Email
    from leads
    inner join contacts as merged
        on merged.account_id = leads.account_id and merged.current_id = leads.contact_id and merged.is_merged
    union all
    -- A merged contact leaves the recycle bin; the lead that it came from keeps its address.
    select leads.account_id, leads.native_id, 9, 'converted.' || others.native_id, 'email', others.lead.Email
    from leads
    inner join leads as others
        on others.account_id = leads.account_id and others.contact_id = leads.contact_id
        and others.native_id <> leads.native_id
),

ranked as (
    select
        *,
        row_number() over (
            partition by account_id, lead_native_id, contact_kind, lower(trim(contact_value)) order by field_rank, field
        ) as value_rank
    from written
    where nullif(trim(contact_value), '') is not null
),

identified as (
    select
        leads.platform,
        ranked.*,
        ranked.lead_native_id || '|' || ranked.field as native_id,
        leads.lead,
        leads.opportunity,
        leads.is_deleted,
        leads.changed_at
    from ranked
    inner join leads on leads.account_id = ranked.account_id and leads.native_id = ranked.lead_native_id
    where ranked.value_rank = 1
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as contact_point_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('coalesce(lead.CreatedDate, opportunity.CreatedDate)') }} as created_at,
    {{ utc_timestamp('greatest(lead.SystemModstamp, opportunity.SystemModstamp)') }} as updated_at,
    is_deleted,
    'lead' as owner_entity,
    {{ entity_key('platform', 'account_id', 'lead_native_id') }} as owner_key,
    contact_kind,
    contact_value,
    {{ json_object({'field': 'field'}) }} as vendor_attributes,
    changed_at as _loaded_at
from identified
