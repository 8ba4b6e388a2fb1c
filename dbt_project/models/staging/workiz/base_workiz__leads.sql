-- Leads: every field is text. Times are the wall clock of the account.
with parsed as (
    select
        *,
        'workiz' as platform,
        {{ json_fields('payload', text_fields(
            ['SerialId', 'ClientId', 'LeadDateTime', 'CreatedDate', 'LastStatusUpdate', 'Status', 'SubStatus',
             'LeadLost', 'Phone', 'SecondPhone', 'Email', 'FirstName', 'LastName', 'Company', 'Address', 'Unit',
             'City', 'State', 'PostalCode', 'LeadNotes', 'JobSource', 'LeadSource', 'JobType', 'LeadType', 'CreatedBy']
        )) }} as lead
    from {{ source('workiz', 'leads') }}
)

select
    parsed.*,
    accounts.timezone,
    nullif(lead.ClientId, '') as client_native_id,
    -- Named one way in the lists and another way in some integrations.
    coalesce(nullif(trim(lead.JobSource), ''), nullif(trim(lead.LeadSource), '')) as source_name,
    coalesce(nullif(trim(lead.JobType), ''), nullif(trim(lead.LeadType), '')) as job_type_name,
    case
        when lead.LeadLost = '1' then 'lost'
        else {{ canonical_value('workiz', 'lead.status', 'lead.Status') }}
    end as lead_status,
    {{ utc_from_local('lead.CreatedDate', 'accounts.timezone') }} as created_at,
    {{ utc_from_local('lead.LastStatusUpdate', 'accounts.timezone') }} as status_changed_at
from parsed
left join {{ ref('stg_operator__accounts') }} as accounts
    on accounts.platform = parsed.platform and accounts.account_id = parsed.account_id
