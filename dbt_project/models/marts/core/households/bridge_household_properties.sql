-- Grain: one dwelling or premises of one household, without its address.
select
    household_key,
    property_key,
    property_role,
    is_payer,
    valid_from,
    valid_to,
    end_reason,
    is_current,
    has_customer_record,
    job_count,
    last_job_at,
    invoiced_amount,
    collected_amount
from {{ ref('bridge_household_properties_pii') }}
