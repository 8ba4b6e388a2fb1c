with parsed as (
    select
        *,
        'servicetitan' as platform,
        {{ json_fields('payload', text_fields([
            'jobId', 'appointmentNumber', 'start', 'end', 'arrivalWindowStart', 'arrivalWindowEnd', 'status',
            'createdOn', 'modifiedOn', 'isConfirmed', 'unused', 'active'
        ])) }} as appointment
    from {{ source('servicetitan', 'appointments') }}
),

assignments as (
    select
        account_id,
        native_id,
        {{ json_fields('payload', text_fields(['appointmentId', 'technicianId', 'assignedOn', 'active'])) }}
            as assignment
    from {{ source('servicetitan', 'appointment_assignments') }}
    where removed_at is null
),

first_technicians as (
    select
        account_id,
        assignment.appointmentId as appointment_id,
        min_by(assignment.technicianId, assignment.assignedOn || '|' || native_id) as technician_id
    from assignments
    where coalesce(cast(assignment.active as boolean), true)
    group by account_id, assignment.appointmentId
)

select
    {{ entity_key('parsed.platform', 'parsed.account_id', 'parsed.native_id') }} as appointment_key,
    parsed.platform,
    parsed.account_id,
    parsed.native_id,
    cast(null as varchar) as native_url,
    {{ utc_timestamp('appointment.createdOn') }} as created_at,
    {{ utc_timestamp('appointment.modifiedOn') }} as updated_at,
    parsed.removed_at is not null or not coalesce(cast(appointment.active as boolean), true) as is_deleted,
    {{ entity_key('parsed.platform', 'parsed.account_id', 'appointment.jobId') }} as job_key,
    {{ utc_timestamp('appointment.start') }} as starts_at,
    {{ utc_timestamp('appointment."end"') }} as ends_at,
    {{ utc_timestamp('appointment.arrivalWindowStart') }} as window_starts_at,
    {{ utc_timestamp('appointment.arrivalWindowEnd') }} as window_ends_at,
    {{ canonical_value('servicetitan', 'appointment.status', 'appointment.status') }} as appointment_status,
    appointment.status as vendor_appointment_status,
    {{ entity_key('parsed.platform', 'parsed.account_id', 'first_technicians.technician_id') }} as technician_key,
    {{ json_object({
        'appointment_number': 'appointment.appointmentNumber',
        'is_confirmed': 'cast(appointment.isConfirmed as boolean)',
        'is_unused': 'cast(appointment.unused as boolean)'
    }) }} as vendor_attributes,
    parsed.changed_at as _loaded_at
from parsed
left join first_technicians
    on first_technicians.account_id = parsed.account_id and first_technicians.appointment_id = parsed.native_id
