-- Other records name their source by its short name; one that several entries share (one was deleted, one lives) is the
-- live one's.
with parsed as (
    select account_id, native_id, {{ json_fields('payload', text_fields(['short_name'])) }} as source_entry, removed_at
    from {{ source('servicefusion', 'sources') }}
)

select
    account_id,
    lower(trim(source_entry.short_name)) as source_name,
    min_by(native_id, (removed_at is not null, native_id)) as native_id
from parsed
group by account_id, lower(trim(source_entry.short_name))
