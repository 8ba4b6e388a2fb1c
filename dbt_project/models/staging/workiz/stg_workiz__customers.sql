with copies as (
    select * from {{ ref('base_workiz__customers') }}
),

since as (
    select
        account_id,
        native_id,
        min(copied_at) as created_at,
        bool_and(removed_at is not null) as is_deleted
    from copies
    group by account_id, native_id
),

newest as (
    select * from copies where preference = 1
)

select
    {{ entity_key('newest.platform', 'newest.account_id', 'newest.native_id') }} as customer_key,
    newest.platform,
    newest.account_id,
    newest.native_id,
    cast(null as varchar) as native_url,
    since.created_at,
    cast(null as timestamp) as updated_at,
    since.is_deleted,
    case when nullif(trim(newest.company), '') is not null then 'commercial' else 'residential' end as customer_type,
    coalesce(
        nullif(concat_ws(' ', nullif(trim(newest.first_name), ''), nullif(trim(newest.last_name), '')), ''),
        nullif(trim(newest.company), '')
    ) as full_name,
    nullif(trim(newest.first_name), '') as first_name,
    nullif(trim(newest.last_name), '') as last_name,
    nullif(trim(newest.company), '') as company_name,
    cast(null as varchar) as source_name,
    not since.is_deleted as is_active,
    cast(null as varchar) as merged_into_customer_key,
    {{ json_object({'known_from': 'newest.known_from', 'copied_from': 'newest.record_native_id'}) }}
        as vendor_attributes,
    newest.changed_at as _loaded_at
from newest
inner join since on since.account_id = newest.account_id and since.native_id = newest.native_id
