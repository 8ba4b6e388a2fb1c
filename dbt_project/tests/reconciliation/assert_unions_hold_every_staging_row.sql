{{ config(meta={'dagster': {'ref': {'name': 'int_jobs__unioned'}}}) }}
-- Rung "staging = conformed": per entity and platform, the union has as many rows as the staging model.
{% set pairs = [] %}
{% for platform, entities in var('platforms').items() %}
{% for entity in entities %}{% do pairs.append((platform, entity)) %}{% endfor %}
{% endfor %}
{% for platform, entity in pairs %}
select
    '{{ platform }}' as platform,
    '{{ entity }}' as entity,
    (select count(*) from {{ ref('stg_' ~ platform ~ '__' ~ entity) }}) as staged_rows,
    (select count(*) from {{ ref('int_' ~ entity ~ '__unioned') }} where platform = '{{ platform }}') as union_rows
where staged_rows <> union_rows
{{ "union all" if not loop.last }}
{% endfor %}
