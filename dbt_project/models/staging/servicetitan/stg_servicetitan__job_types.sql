with parsed as (
    select
        *,
        'servicetitan' as platform,
        {{ json_fields('payload', text_fields(
            ['name', 'duration', 'soldThreshold', 'class', 'noCharge', 'priority', 'active', 'createdOn', 'modifiedOn'],
            {'businessUnitIds': ['VARCHAR']}
        )) }} as job_type
    from {{ source('servicetitan', 'job_types') }}
),

business_units as (
    select
        account_id,
        native_id,
        {{ json_fields('payload', text_fields([], {'trade': text_fields(['name'])})) }} as business_unit
    from {{ source('servicetitan', 'business_units') }}
)

select
    {{ entity_key('parsed.platform', 'parsed.account_id', 'parsed.native_id') }} as job_type_key,
    parsed.platform,
    parsed.account_id,
    parsed.native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('job_type.createdOn') }} as created_at,
    {{ utc_timestamp('job_type.modifiedOn') }} as updated_at,
    parsed.removed_at is not null as is_deleted,
    job_type.name as job_type_name,
    {{ trade_named('business_units.business_unit.trade.name') }} as trade,
    {{ canonical_value('servicetitan', 'job_type.class', 'job_type.class') }} as job_class,
    nullif(job_type.class, '') as vendor_job_class,
    cast(round(cast(job_type.duration as decimal(18, 2)) / 60) as integer) as duration_minutes,
    cast(job_type.soldThreshold as decimal(18, 2)) as sold_threshold_amount,
    cast(job_type.active as boolean) as is_active,
    {{ json_object({
        'is_no_charge': 'cast(job_type.noCharge as boolean)',
        'priority': 'job_type.priority'
    }) }} as vendor_attributes,
    parsed.changed_at as _loaded_at
from parsed
left join business_units
    on business_units.account_id = parsed.account_id and business_units.native_id = job_type.businessUnitIds[1]
