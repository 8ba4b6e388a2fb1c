-- Grain: one record that the review queue asks about, as a steward has to see it to recognise the customer.
with queued as (
    select left_key as record_key from {{ ref('rpt_review_pairs_pii') }}
    union
    select right_key from {{ ref('rpt_review_pairs_pii') }}
)

select records.*
from {{ ref('dim_records_pii') }} as records
inner join queued on queued.record_key = records.record_key
