{#- Columns for ratio metrics by name, each the quotient of the sums that its definition names; `aggregated` says that the
    rows of `measures` are sums already. While dbt only parses, no definition is known yet and nothing is built: a
    placeholder stands there. -#}
{% macro metric_columns(names, measures, aggregated=false) -%}
    {%- set opening, closing = ('', '') if aggregated else ('sum(', ')') -%}
    {%- for name in names -%}
    {%- if execute -%}
        {%- set metric = metric_named(name) -%}
        {{ ratio(
            opening ~ measures ~ '.' ~ measure_column(metric.type_params.numerator.name) ~ closing,
            opening ~ measures ~ '.' ~ measure_column(metric.type_params.denominator.name) ~ closing
        ) }} as {{ name }}
    {%- else -%}
        null as {{ name }}
    {%- endif -%}
    {{ ",\n    " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- The definition of one metric, as the project's metrics give it. -#}
{% macro metric_named(name) -%}
    {%- for metric in graph.metrics.values() if metric.name == name -%}
        {{ return(metric) }}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error("no metric is called " ~ name) }}
{%- endmacro %}

{#- The column that a simple metric adds up. -#}
{% macro measure_column(name) -%}
    {%- set measure = metric_named(name).type_params.measure.name -%}
    {%- for semantic_model in graph.semantic_models.values() -%}
        {%- for each in semantic_model.measures if each.name == measure -%}
            {{ return(each.expr or measure) }}
        {%- endfor -%}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error("no measure is called " ~ measure) }}
{%- endmacro %}
