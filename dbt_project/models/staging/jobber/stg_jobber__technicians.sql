with users as (
    select
        *,
        'jobber' as platform,
        {{ json_fields('payload', text_fields(['status', 'isAccountAdmin', 'isAccountOwner'], {
            'name': text_fields(['full']), 'email': text_fields(['raw'])
        })) }} as person
    from {{ source('jobber', 'users') }}
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as technician_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    removed_at is not null as is_deleted,
    person.name.full as full_name,
    case
        when person.isAccountOwner = 'true' then 'owner'
        when person.isAccountAdmin = 'true' then 'admin'
    end as role_name,
    removed_at is null and person.status = 'ACTIVATED' as is_active,
    {{ json_object({'status': 'person.status', 'email': 'person.email.raw'}) }} as vendor_attributes,
    changed_at as _loaded_at
from users
