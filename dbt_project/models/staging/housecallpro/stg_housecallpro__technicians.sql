{%- set employee_fields = text_fields(
    ['id', 'first_name', 'last_name', 'role', 'created_at'], {'tags': ['VARCHAR']}
) -%}

with listed as (
    select account_id, native_id, {{ json_fields('payload', employee_fields) }} as employee, removed_at, changed_at
    from {{ source('housecallpro', 'employees') }}
),

jobs as (
    select
        account_id,
        native_id,
        {{ json_fields('payload', {'assigned_employees': [employee_fields]}) }} as job,
        changed_at
    from {{ source('housecallpro', 'jobs') }}
),

assigned as (
    select account_id, native_id as job_native_id, {{ json_elements('job.assigned_employees') }} as employee, changed_at
    from jobs
),

-- Who left is in no listing, but stays on the jobs they worked.
former as (
    select
        assigned.account_id,
        assigned.employee.id as native_id,
        max_by(assigned.employee, assigned.job_native_id) as employee,
        max(assigned.changed_at) as changed_at
    from assigned
    left join listed on listed.account_id = assigned.account_id and listed.native_id = assigned.employee.id
    where listed.native_id is null and assigned.employee.id is not null
    group by assigned.account_id, assigned.employee.id
),

employees as (
    select account_id, native_id, employee, removed_at is null as is_active, true as is_listed, changed_at from listed
    union all
    select account_id, native_id, employee, false, false, changed_at from former
),

identified as (
    select *, 'housecallpro' as platform from employees
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as technician_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('employee.created_at') }} as created_at,
    cast(null as timestamp) as updated_at,
    -- A listing of active employees cannot tell deleted from inactive.
    false as is_deleted,
    concat_ws(' ', employee.first_name, employee.last_name) as full_name,
    employee.role as role_name,
    is_active,
    {{ json_object({'tags': 'employee.tags', 'is_listed': 'is_listed'}) }} as vendor_attributes,
    changed_at as _loaded_at
from identified
