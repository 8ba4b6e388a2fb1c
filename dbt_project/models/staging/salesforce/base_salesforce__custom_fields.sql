-- An org's own fields have the names that the org gave them. The seed says which name means what; of several fields with
-- one meaning the first by name counts. A field that the integration user may not see any more is gone.
{%- set roles = [
    'brand', 'trade', 'lead_kind', 'job_id', 'call_id', 'utm_source', 'utm_medium', 'utm_campaign', 'gclid', 'gbraid',
    'wbraid', 'msclkid', 'fbclid', 'landing_page', 'referrer', 'call_started_at', 'from_number', 'to_number', 'call_outcome'
] %}
with fields as (
    select account_id, {{ json_fields('payload', text_fields(['object', 'name'])) }} as field
    from {{ source('salesforce', 'fields') }}
    where removed_at is null
),

meanings as (
    select
        account_id,
        field.object as object_name,
        field.name as field_name,
        {{ canonical_value('salesforce', 'field.role', 'field.name') }} as role
    from fields
)

select
    account_id,
    object_name,
    {%- for role in roles %}
    min(case when role = '{{ role }}' then '$.' || field_name end) as {{ role }}_path{{ "," if not loop.last }}
    {%- endfor %}
from meanings
group by account_id, object_name
