{#- What a customer carries, both listed and embedded in another record. -#}
{%- set customer_fields = text_fields([
    'id', 'first_name', 'last_name', 'email', 'mobile_number', 'home_number', 'work_number', 'company', 'lead_source',
    'notes', 'kind', 'notifications_enabled', 'created_at', 'updated_at'
], {'tags': ['VARCHAR']}) -%}

with listed as (
    select account_id, native_id, {{ json_fields('payload', customer_fields) }} as customer, removed_at, changed_at
    from {{ source('housecallpro', 'customers') }}
),

jobs as (
    select
        account_id,
        native_id,
        {{ json_fields('payload', {'customer': customer_fields, 'updated_at': 'VARCHAR'}) }} as job,
        changed_at
    from {{ source('housecallpro', 'jobs') }}
),

-- A deleted customer vanishes from the listing but stays embedded in its jobs.
embedded as (
    select
        account_id,
        job.customer.id as native_id,
        max_by(job.customer, job.updated_at || '|' || native_id) as customer,
        max(changed_at) as changed_at
    from jobs
    where job.customer.id is not null
    group by account_id, job.customer.id
)

select account_id, native_id, customer, removed_at is not null as is_deleted, true as is_listed, changed_at
from listed

union all

select embedded.account_id, embedded.native_id, embedded.customer, true, false, embedded.changed_at
from embedded
left join listed on listed.account_id = embedded.account_id and listed.native_id = embedded.native_id
where listed.native_id is null
