{{ config(meta={'dagster': {'ref': {'name': 'int_jobs__unioned'}}}) }}
-- Rung "staging = conformed": per entity and platform in use, the union has as many rows as the staging model.
-- Staging is named without ref(): a build that leaves out the platforms that are not in use would leave this test out with
-- them. The unions, which are waited for, come after all of staging.
{% set pairs = [] %}
{% for platform, entities in var('platforms').items() %}
{% for entity in entities %}
{% set union_model = ref('int_' ~ entity ~ '__unioned') %}
{% if is_in_use(platform) %}{% do pairs.append((platform, entity, union_model)) %}{% endif %}
{% endfor %}
{% endfor %}
{% for platform, entity, union_model in pairs %}
select
    '{{ platform }}' as platform,
    '{{ entity }}' as entity,
    (select count(*) from {{ target.database }}.staging.stg_{{ platform }}__{{ entity }}) as staged_rows,
    (select count(*) from {{ union_model }} where platform = '{{ platform }}') as union_rows
where staged_rows <> union_rows
{{ "union all" if not loop.last }}
{% endfor %}
