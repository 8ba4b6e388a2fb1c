-- Grain: one customer record of an open duplicate, with what the office recognises the customer by.
{{ config(materialized='view') }}

select duplicates.*, records.name, records.company_name, records.phones, records.emails, records.addresses
from {{ ref('rpt_duplicate_customers') }} as duplicates
inner join {{ ref('dim_records_pii') }} as records on records.record_key = duplicates.record_key
