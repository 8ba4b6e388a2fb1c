select
    grouped.lead_key,
    case when records.record_entity = 'call' then substr(records.record_key, 6) else records.record_key end
        as record_key,
    records.record_entity,
    records.platform,
    records.account_id,
    records.native_id,
    records.native_url,
    records.lead_kind,
    records.occurred_at,
    records.job_key,
    records.is_booked,
    records.booked_at,
    records.is_excluded,
    records.is_proof
from {{ ref('int_lead_records__unioned') }} as records
inner join {{ ref('int_lead_records__grouped') }} as grouped on grouped.record_key = records.record_key
