with listed as (
    select
        *,
        'workiz' as platform,
        {{ json_fields('payload', text_fields(
            ['name', 'role', 'active', 'fieldTech', 'created'], {'serviceAreas': ['VARCHAR'], 'skills': ['VARCHAR']}
        )) }} as member
    from {{ source('workiz', 'team') }}
),

-- A crew gives a number where the team gives a text, and the name under one of two keys.
assigned as (
    select
        platform, account_id, native_id as job_native_id, {{ json_elements('job.Team') }} as member, changed_at
    from {{ ref('base_workiz__jobs') }}
),

-- Who is in no list any more, but stays on the jobs they worked.
former as (
    select
        assigned.platform,
        assigned.account_id,
        {{ json_text('assigned.member', '$.id') }} as native_id,
        max_by(
            coalesce({{ json_text('assigned.member', '$.Name') }}, {{ json_text('assigned.member', '$.name') }}),
            assigned.job_native_id
        ) as full_name,
        max(assigned.changed_at) as changed_at
    from assigned
    left join listed
        on listed.account_id = assigned.account_id
        and listed.native_id = {{ json_text('assigned.member', '$.id') }}
    where listed.native_id is null and {{ json_text('assigned.member', '$.id') }} is not null
    group by assigned.platform, assigned.account_id, {{ json_text('assigned.member', '$.id') }}
),

members as (
    select
        listed.platform, listed.account_id, listed.native_id, member.name as full_name, member.role as role_name,
        {{ utc_from_local('member.created', 'accounts.timezone') }} as created_at,
        removed_at is not null as is_deleted,
        removed_at is null and coalesce(cast(member.active as boolean), true) as is_active,
        {{ json_object({
            'is_field_technician': 'cast(member.fieldTech as boolean)',
            'service_areas': 'member.serviceAreas',
            'skills': 'member.skills',
            'is_listed': 'true'
        }) }} as vendor_attributes,
        changed_at
    from listed
    left join {{ ref('stg_operator__accounts') }} as accounts
        on accounts.platform = listed.platform and accounts.account_id = listed.account_id

    union all

    select
        platform, account_id, native_id, full_name, null, cast(null as timestamp), false, false,
        {{ json_object({'is_listed': 'false'}) }}, changed_at
    from former
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as technician_key,
    platform,
    account_id,
    native_id,
    cast(null as varchar) as native_url,
    created_at,
    cast(null as timestamp) as updated_at,
    is_deleted,
    full_name,
    role_name,
    is_active,
    vendor_attributes,
    changed_at as _loaded_at
from members
