-- Other records name their source as text; a name that several entries share (one was deleted, one lives) is the live
-- one's.
with parsed as (
    select account_id, native_id, {{ json_fields('payload', text_fields(['name'])) }} as lead_source, removed_at
    from {{ source('housecallpro', 'lead_sources') }}
)

select account_id, lead_source.name as source_name, min_by(native_id, (removed_at is not null, native_id)) as native_id
from parsed
group by account_id, lead_source.name
