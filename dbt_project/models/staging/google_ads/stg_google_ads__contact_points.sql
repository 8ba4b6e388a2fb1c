select
    {{ entity_key('platform', 'account_id', "native_id || '|phone'") }} as contact_point_key,
    platform,
    account_id,
    native_id || '|phone' as native_id,
    cast(null as varchar) as native_url,
    occurred_at as created_at,
    cast(null as timestamp) as updated_at,
    removed_at is not null as is_deleted,
    'lead' as owner_entity,
    {{ entity_key('platform', 'account_id', 'native_id') }} as owner_key,
    'phone' as contact_kind,
    phone as contact_value,
    {{ json_object({'field': "'phone_number'"}) }} as vendor_attributes,
    changed_at as _loaded_at
from {{ ref('base_google_ads__leads') }}
where phone is not null
