{{ config(meta={'dagster': {'ref': {'name': 'fct_reconciliation_gaps'}}}) }}
-- A rule that finds but is not described would vanish in the join; one that is described but finds nothing cannot fail.
with found as (
    {% for check_id in var('reconciliation_checks') -%}
    select '{{ check_id }}' as check_id {{ "union all" if not loop.last }}
    {% endfor %}
)

select coalesce(found.check_id, rules.check_id) as check_id
from found
full outer join {{ ref('reconciliation_rules') }} as rules on rules.check_id = found.check_id
where found.check_id is null or rules.check_id is null
