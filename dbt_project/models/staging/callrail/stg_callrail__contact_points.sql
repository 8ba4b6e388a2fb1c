with contact_points as (
    {%- for kind in ['phone', 'email'] %}
    select
        'callrail' as platform, account_id, native_id as lead_native_id, '{{ kind }}' as contact_kind,
        {{ kind }} as contact_value, occurred_at, removed_at, changed_at
    from {{ ref('base_callrail__requests') }}
    where {{ kind }} is not null
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

identified as (
    select *, lead_native_id || '|' || contact_kind as native_id from contact_points
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as contact_point_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    occurred_at as created_at,
    cast(null as timestamp) as updated_at,
    removed_at is not null and occurred_at > removed_at - interval '24 months' as is_deleted,
    'lead' as owner_entity,
    {{ entity_key('platform', 'account_id', 'lead_native_id') }} as owner_key,
    contact_kind,
    contact_value,
    {{ json_object({'field': 'contact_kind'}) }} as vendor_attributes,
    changed_at as _loaded_at
from identified
