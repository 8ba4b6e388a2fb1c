-- The project's metrics (models/marts/marketing/_metrics.yml) as rows, so that a reader of the published file finds each
-- rate's definition beside it. While dbt only parses, none is known.
{%- set metrics = graph.metrics.values() | sort(attribute='name') if execute else [] %}
with metrics (metric, title, kind, numerator, denominator, description) as (
    {%- if metrics %}
    values
    {%- for metric in metrics %}
    (
        '{{ metric.name }}',
        '{{ metric.label }}',
        '{{ metric.type }}',
        '{{ measure_column(metric.type_params.numerator.name if metric.type == "ratio" else metric.name) }}',
        {{ "'" ~ measure_column(metric.type_params.denominator.name) ~ "'" if metric.type == "ratio" else "null" }},
        '{{ metric.description | trim | replace("'", "''") }}'
    ){{ "," if not loop.last }}
    {%- endfor %}
    {%- else %}
    select null, null, null, null, null, null where false
    {%- endif %}
)

select
    cast(metric as varchar) as metric,
    cast(title as varchar) as title,
    cast(kind as varchar) as kind,
    cast(numerator as varchar) as numerator,
    cast(denominator as varchar) as denominator,
    cast(description as varchar) as description
from metrics
