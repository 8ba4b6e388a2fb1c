{#- Figures that stand once for all `models` that share them (int_attribution__weighted), as one row per model and `keys`.
    Every other column is a figure, and is summed. A parenthesised select. DuckDB only: `columns`; elsewhere name them. -#}
{% macro summed_by_model(relation, keys) -%}
    (
        select
            model,
            {{ keys | join(', ') }},
            sum(columns(* exclude (models, model, {{ keys | join(', ') }})))
        from (select *, {{ split_rows('models', ',') }} as model from {{ relation }}) as _by_model
        group by model, {{ keys | join(', ') }}
    )
{%- endmacro %}
