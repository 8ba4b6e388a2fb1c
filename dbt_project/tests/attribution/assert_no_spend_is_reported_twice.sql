{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'rpt_spend_left_out'}}}) }}
-- A warning, for nothing is wrong with the sums: the stronger report counts. Somebody should take the other one away, and see
-- that it really told of the same money.
select brand_key, channel, campaign_name, cost_type, month_on, account_id, superseded_by_account_id, left_out_amount
from {{ ref('rpt_spend_left_out') }}
