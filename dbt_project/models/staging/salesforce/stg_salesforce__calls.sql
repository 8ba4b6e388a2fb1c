-- A task knows neither the numbers nor the time of its call: they are in fields of the org's own. Without a time, a call
-- ended when it was logged.
with tasks as (
    select
        *,
        'salesforce' as platform,
        {{ json_fields('payload', text_fields([
            'WhoId', 'WhatId', 'Subject', 'Status', 'CallType', 'CallDurationInSeconds', 'CallDisposition', 'CallObject',
            'OwnerId', 'IsDeleted', 'CreatedDate', 'SystemModstamp'
        ])) }} as task
    from {{ source('salesforce', 'tasks') }}
),

users as (
    select account_id, native_id, {{ json_fields('payload', text_fields(['Name'])) }} as person
    from {{ source('salesforce', 'users') }}
),

read as (
    select
        tasks.*,
        {{ utc_timestamp('tasks.task.CreatedDate') }} as logged_at,
        cast(tasks.task.CallDurationInSeconds as integer) as duration_seconds,
        {%- for mark in ['from_number', 'to_number', 'call_outcome', 'brand', 'call_started_at'] %}
        nullif({{ json_text_at('tasks.payload', 'custom_fields.' ~ mark ~ '_path') }}, '') as own_{{ mark }},
        {%- endfor %}
        {{ canonical_value('salesforce', 'task.call_disposition', 'tasks.task.CallDisposition') }} as answer
    from tasks
    left join {{ ref('base_salesforce__custom_fields') }} as custom_fields
        on custom_fields.account_id = tasks.account_id and custom_fields.object_name = 'Task'
),

timed as (
    select
        *,
        coalesce(
            {{ utc_timestamp('own_call_started_at') }},
            logged_at - coalesce(duration_seconds, 0) * interval '1 second'
        ) as started_at
    from read
)

select
    {{ entity_key('timed.platform', 'timed.account_id', 'timed.native_id') }} as call_key,
    timed.platform,
    timed.account_id,
    timed.native_id,
    cast(null as varchar) as native_url,
    timed.logged_at as created_at,
    {{ utc_timestamp('timed.task.SystemModstamp') }} as updated_at,
    timed.removed_at is not null or coalesce(cast(timed.task.IsDeleted as boolean), false) as is_deleted,
    {{ canonical_value('salesforce', 'task.call_type', 'timed.task.CallType') }} as direction,
    timed.task.CallType as vendor_direction,
    timed.own_from_number as from_phone,
    timed.own_to_number as to_phone,
    timed.started_at,
    {{ business_date('timed.started_at', 'accounts.timezone') }} as started_on,
    timed.duration_seconds,
    -- What the office noted, where the org has a field for it. Else only a missed call tells what came of it.
    case
        when timed.own_call_outcome is not null
            then {{ canonical_value('salesforce', 'task.call_outcome', 'timed.own_call_outcome') }}
        when timed.answer = 'unanswered' and lower(timed.task.CallType) = 'inbound' then 'abandoned'
        else 'unclassified'
    end as call_outcome,
    timed.own_call_outcome as vendor_call_outcome,
    case timed.answer when 'answered' then true when 'unanswered' then false end as is_answered,
    cast(null as varchar) as customer_key,
    cast(null as varchar) as lead_key,
    cast(null as varchar) as job_key,
    cast(null as varchar) as campaign_key,
    users.person.Name as agent_name,
    brands.brand_key,
    {%- for name in [
        'forwarded_phone', 'telephony_id', 'source_name', 'campaign_name', 'stated_source', 'utm_source', 'utm_medium',
        'utm_campaign', 'gclid', 'msclkid', 'fbclid', 'landing_page_url', 'referrer_url', 'caller_name', 'caller_email'
    ] %}
    cast(null as varchar) as {{ name }},
    {%- endfor %}
    {{ json_object({
        'subject': 'timed.task.Subject',
        'disposition': 'timed.task.CallDisposition',
        'telephony_reference': 'timed.task.CallObject',
        'who_native_id': 'timed.task.WhoId',
        'what_native_id': 'timed.task.WhatId'
    }) }} as vendor_attributes,
    timed.changed_at as _loaded_at
from timed
left join users on users.account_id = timed.account_id and users.native_id = timed.task.OwnerId
left join {{ ref('stg_operator__brands') }} as brands
    on lower(timed.own_brand) in (lower(brands.brand_key), lower(brands.brand_name))
left join {{ ref('stg_operator__accounts') }} as accounts
    on accounts.platform = timed.platform and accounts.account_id = timed.account_id
