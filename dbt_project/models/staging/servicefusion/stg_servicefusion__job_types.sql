-- Job types are not modelled; the company's job categories serve as such.
with parsed as (
    select *, 'servicefusion' as platform, {{ json_fields('payload', text_fields(['name'])) }} as category
    from {{ source('servicefusion', 'job_categories') }}
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as job_type_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    removed_at is not null as is_deleted,
    trim(category.name) as job_type_name,
    {{ trade_named('category.name') }} as trade,
    cast(null as varchar) as job_class,
    cast(null as integer) as duration_minutes,
    cast(null as decimal(18, 2)) as sold_threshold_amount,
    removed_at is null as is_active,
    cast(null as varchar) as vendor_attributes,
    changed_at as _loaded_at
from parsed
