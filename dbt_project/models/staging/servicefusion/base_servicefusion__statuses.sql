-- What the company's own job statuses mean. The code decides, however the company renamed it; then a name that is known;
-- then the group, where it says something: a closed job is done, while an open one may be anything. A name that two
-- entries share (one was deleted, one lives) is the live one's.
with parsed as (
    select
        account_id,
        native_id,
        {{ json_fields('payload', text_fields(['code', 'name', 'category', 'is_custom'])) }} as status,
        removed_at
    from {{ source('servicefusion', 'job_statuses') }}
),

live as (
    select *, lower(trim(status.name)) as status_name
    from parsed
    qualify row_number() over (
        partition by account_id, lower(trim(status.name)) order by removed_at is not null, native_id
    ) = 1
)

select
    account_id,
    native_id,
    status_name,
    coalesce(
        {{ canonical_value('servicefusion', 'job_status.code', 'trim(status.code)') }},
        {{ canonical_value('servicefusion', 'job_status.name', 'status_name') }},
        {{ canonical_value('servicefusion', 'job_status.category', 'trim(status.category)') }}
    ) as job_status
from live
