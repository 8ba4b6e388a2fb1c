{{ config(meta={'dagster': {'ref': {'name': 'rpt_control_totals'}}}) }}
-- Every rung of the ladder, exactly: one row here is money or a row that was lost or made between two levels.
select *
from {{ ref('rpt_control_totals') }}
where left_rows is distinct from right_rows
   or left_amount is distinct from right_amount
