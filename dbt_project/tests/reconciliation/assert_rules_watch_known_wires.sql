{{ config(meta={'dagster': {'ref': {'name': 'rpt_wire_health'}}}) }}
-- A gap on a wire that nobody lists would never show in the health of the wires.
select rules.check_id, rules.wire
from {{ ref('reconciliation_rules') }} as rules
left join {{ ref('wires') }} as wires on wires.wire = rules.wire
left join {{ ref('rpt_wire_health') }} as health on health.wire = rules.wire
where wires.wire is null or health.wire is null
