-- All contacts, each with the id that it goes by now: a merge deletes the one and names the other as its master. The
-- merged row leaves the recycle bin after two weeks and is kept here.
with recursive parsed as (
    select
        *,
        {{ json_fields('payload', text_fields([
            'MasterRecordId', 'AccountId', 'IsDeleted', 'FirstName', 'LastName', 'Phone', 'MobilePhone', 'Email',
            'MailingStreet', 'MailingCity', 'MailingState', 'MailingPostalCode', 'CreatedDate', 'SystemModstamp'
        ])) }} as contact
    from {{ source('salesforce', 'contacts') }}
),

masters as (
    select account_id, native_id, contact.MasterRecordId as master_id
    from parsed
    where contact.MasterRecordId is not null
),

steps as (
    select account_id, native_id, master_id, 1 as step from masters
    union all
    select steps.account_id, steps.native_id, masters.master_id, steps.step + 1
    from steps
    inner join masters on masters.account_id = steps.account_id and masters.native_id = steps.master_id
    -- No chain of merges is that long; a circle would have no end.
    where steps.step < 50
),

survivors as (
    select account_id, native_id, max_by(master_id, step) as current_id
    from steps
    group by account_id, native_id
)

select
    parsed.account_id,
    parsed.native_id,
    parsed.contact,
    coalesce(survivors.current_id, parsed.native_id) as current_id,
    survivors.current_id is not null as is_merged,
    parsed.removed_at is not null or coalesce(cast(parsed.contact.IsDeleted as boolean), false) as is_deleted,
    parsed.changed_at
from parsed
left join survivors on survivors.account_id = parsed.account_id and survivors.native_id = parsed.native_id
