{#- A table is replaced in one statement. dbt-duckdb's own materialization builds beside the old table, renames both and
    drops the old one in a second transaction: three more statements, two more commits and a rendered macro for each, for
    every model of every build. DuckDB replaces a table atomically: a query that fails leaves the old one as it was. -#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if model.language == 'sql' -%}
        {%- if existing is not none and not existing.is_table -%}{{ adapter.drop_relation(existing) }}{%- endif -%}
        {%- call statement('main') -%}
            {%- if config.get('contract').enforced %}
            {{ get_assert_columns_equivalent(compiled_code) }}
            create or replace table {{ target }} {{ get_table_columns_and_constraints() }};
            insert into {{ target }} {{ get_column_names() }} ({{ get_select_subquery(compiled_code) }})
            {%- else %}
            create or replace table {{ target }} as ({{ compiled_code }})
            {%- endif %}
        {%- endcall -%}
    {%- else -%}
        {#- A Python model writes on a connection of its own, which does not see what this transaction drops. -#}
        {%- set written = make_intermediate_relation(target) -%}
        {{ drop_relation_if_exists(load_cached_relation(written)) }}
        {%- call statement('main', language=model.language) -%}
            {{- create_table_as(False, written, compiled_code, model.language) -}}
        {%- endcall -%}
        {%- if existing is not none -%}{{ adapter.drop_relation(existing) }}{%- endif -%}
        {{ adapter.rename_relation(written, target) }}
    {%- endif -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
