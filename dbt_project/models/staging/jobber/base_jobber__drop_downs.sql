-- What can be picked in the office's own drop-downs. Records name an entry as text.
with configurations as (
    select
        account_id, native_id,
        {{ json_fields('payload', text_fields(['name', 'appliesTo'], {'dropdownOptions': ['VARCHAR']})) }} as field,
        removed_at, changed_at
    from {{ source('jobber', 'custom_field_configurations') }}
),

entries as (
    select distinct
        account_id, native_id as configuration_native_id, lower(trim(field.name)) as field_name, field.appliesTo as applies_to,
        trim({{ json_elements('field.dropdownOptions') }}) as entry, removed_at, changed_at
    from configurations
)

select *, 'jobber' as platform, configuration_native_id || '|' || entry as native_id
from entries
