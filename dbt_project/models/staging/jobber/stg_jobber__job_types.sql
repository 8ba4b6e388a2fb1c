-- The vendor has no job types: these are the entries of the office's own drop-down "Job type".
with entries as (
    select * from {{ ref('base_jobber__drop_downs') }} where field_name = 'job type'
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
    entry as job_type_name,
    {{ trade_named('entry') }} as trade,
    cast(null as varchar) as job_class,
    cast(null as integer) as duration_minutes,
    cast(null as decimal(18, 2)) as sold_threshold_amount,
    removed_at is null as is_active,
    cast(null as varchar) as vendor_attributes,
    changed_at as _loaded_at
from entries
