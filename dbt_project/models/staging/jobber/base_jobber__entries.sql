-- One id for each entry's name: a field may exist twice, once deleted; the live one counts.
select account_id, field_name, entry, min_by(native_id, (removed_at is not null, native_id)) as native_id
from {{ ref('base_jobber__drop_downs') }}
group by account_id, field_name, entry
