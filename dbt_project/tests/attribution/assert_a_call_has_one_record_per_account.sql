{{ config(meta={'dagster': {'ref': {'name': 'int_calls__matched'}}}) }}
-- What one account wrote down twice are two calls, however near.
select matched.physical_call_key, calls.account_id, count(*) as record_count
from {{ ref('int_calls__matched') }} as matched
inner join {{ ref('int_calls__unioned') }} as calls on calls.call_key = matched.call_key
group by matched.physical_call_key, calls.account_id
having count(*) > 1
