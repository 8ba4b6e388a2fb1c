-- Opportunities with their stage, the time they were first booked, and the contact that asked: the primary one by role,
-- else the oldest of the account (a person account has no roles).
with parsed as (
    select
        *,
        {{ json_fields('payload', text_fields([
            'AccountId', 'Name', 'StageName', 'Amount', 'CloseDate', 'CampaignId', 'LeadSource', 'IsDeleted',
            'CreatedDate', 'SystemModstamp'
        ])) }} as opportunity
    from {{ source('salesforce', 'opportunities') }}
),

stages as (
    select * from {{ ref('base_salesforce__stages') }}
),

contacts as (
    select * from {{ ref('base_salesforce__contacts') }}
),

histories as (
    select
        account_id,
        {{ json_fields('payload', text_fields(['OpportunityId', 'StageName', 'CreatedDate', 'IsDeleted'])) }} as entry
    from {{ source('salesforce', 'opportunity_histories') }}
    where removed_at is null
),

booked as (
    select
        histories.account_id,
        histories.entry.OpportunityId as opportunity_id,
        min({{ utc_timestamp('histories.entry.CreatedDate') }}) as entered_booked_at
    from histories
    inner join stages
        on stages.account_id = histories.account_id
        and stages.stage_name = histories.entry.StageName
        and stages.is_booked_stage
    where not coalesce(cast(histories.entry.IsDeleted as boolean), false)
    group by histories.account_id, histories.entry.OpportunityId
),

roles as (
    select
        account_id,
        {{ json_fields('payload', text_fields(['OpportunityId', 'ContactId', 'IsPrimary', 'IsDeleted', 'CreatedDate'])) }} as role
    from {{ source('salesforce', 'opportunity_contact_roles') }}
    where removed_at is null
),

-- A role may still name a contact that was merged away since it was read.
role_contacts as (
    select
        roles.account_id,
        roles.role.OpportunityId as opportunity_id,
        coalesce(contacts.current_id, roles.role.ContactId) as contact_id,
        row_number() over (
            partition by roles.account_id, roles.role.OpportunityId
            order by
                coalesce(cast(roles.role.IsPrimary as boolean), false) desc, roles.role.CreatedDate, roles.role.ContactId
        ) as role_rank
    from roles
    left join contacts on contacts.account_id = roles.account_id and contacts.native_id = roles.role.ContactId
    where not coalesce(cast(roles.role.IsDeleted as boolean), false)
),

account_contacts as (
    select
        account_id,
        contact.AccountId as customer_id,
        min_by(native_id, (contact.CreatedDate, native_id)) as contact_id
    from contacts
    where not is_deleted and contact.AccountId is not null
    group by account_id, contact.AccountId
)

select
    parsed.account_id,
    parsed.native_id,
    parsed.payload,
    parsed.opportunity,
    coalesce(role_contacts.contact_id, account_contacts.contact_id) as contact_id,
    stages.is_closed,
    stages.is_won,
    stages.is_booked_stage,
    stages.stage_name is not null as has_known_stage,
    booked.entered_booked_at,
    parsed.removed_at is not null or coalesce(cast(parsed.opportunity.IsDeleted as boolean), false) as is_deleted,
    parsed.changed_at
from parsed
left join stages on stages.account_id = parsed.account_id and stages.stage_name = parsed.opportunity.StageName
left join booked on booked.account_id = parsed.account_id and booked.opportunity_id = parsed.native_id
left join role_contacts
    on role_contacts.account_id = parsed.account_id
    and role_contacts.opportunity_id = parsed.native_id
    and role_contacts.role_rank = 1
left join account_contacts
    on account_contacts.account_id = parsed.account_id
    and account_contacts.customer_id = parsed.opportunity.AccountId
