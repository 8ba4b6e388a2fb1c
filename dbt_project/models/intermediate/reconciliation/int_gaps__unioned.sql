-- Every finding of every rule, with what the rule says of itself and the tolerance that the operator configured.
with findings as (
    {{ union_gaps() | indent(4) }}
)

select
    md5(findings.check_id || '|' || findings.entity_key) as gap_id,
    findings.check_id,
    rules.wire,
    rules.severity,
    findings.platform,
    findings.account_id,
    accounts.brand_key,
    findings.entity,
    findings.entity_key,
    findings.native_id,
    findings.native_url,
    findings.job_key,
    findings.expected,
    findings.actual,
    findings.difference_amount,
    findings.dollars_at_risk,
    settings.value as tolerance,
    findings.occurred_on,
    rules.remedy
from findings
inner join {{ ref('reconciliation_rules') }} as rules on rules.check_id = findings.check_id
left join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = findings.account_id
left join {{ ref('stg_operator__settings') }} as settings on settings.key = rules.tolerance_key
