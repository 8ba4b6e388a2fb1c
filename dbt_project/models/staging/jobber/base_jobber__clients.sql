with clients as (
    select
        *,
        'jobber' as platform,
        {{ json_fields('payload', text_fields(
            ['name', 'firstName', 'lastName', 'companyName', 'isCompany', 'isLead', 'isArchived', 'leadSource',
             'jobberWebUri', 'createdAt', 'updatedAt'],
            {
                'emails': [text_fields(['id', 'address', 'description', 'primary'])],
                'phones': [text_fields(['id', 'number', 'description', 'primary'])],
                'customFields': [text_fields(['label', 'valueText', 'valueDropdown'])]
            }
        )) }} as client
    from {{ source('jobber', 'clients') }}
),

fields as (
    select account_id, native_id, {{ json_elements('client.customFields') }} as field from clients
),

-- Where the click came from that made the client: custom fields, by their labels.
click_fields as (
    select
        account_id,
        native_id,
        {%- for name in
            ['utm_source', 'utm_medium', 'utm_campaign', 'gclid', 'gbraid', 'wbraid', 'msclkid', 'fbclid'] %}
        max(case when lower(trim(field.label)) = '{{ name }}'
            then nullif(trim(coalesce(field.valueText, field.valueDropdown)), '') end) as {{ name }}
        {{- "," if not loop.last }}
        {%- endfor %}
    from fields
    group by account_id, native_id
)

select
    clients.*,
    click_fields.* exclude (account_id, native_id)
from clients
left join click_fields
    on click_fields.account_id = clients.account_id and click_fields.native_id = clients.native_id
