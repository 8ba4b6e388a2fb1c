{#- The findings of every rule in `var('reconciliation_checks')`, each labelled with its check_id. One rule is one model
    `int_gaps__<check_id>` and one row of the seed reconciliation_rules; `assert_every_rule_is_declared` compares
    both. -#}
{% macro union_gaps() -%}
    {%- for check_id in var('reconciliation_checks') %}
select
    '{{ check_id }}' as check_id,
    entity,
    entity_key,
    platform,
    account_id,
    native_id,
    native_url,
    job_key,
    expected,
    actual,
    cast(difference_amount as decimal(18, 2)) as difference_amount,
    cast(dollars_at_risk as decimal(18, 2)) as dollars_at_risk,
    occurred_on
from {{ ref('int_gaps__' ~ check_id) }}
{{ "union all" if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
