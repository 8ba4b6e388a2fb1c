{#- Models that keep their rows carry in `fingerprint` a hash of all that a row was made from; a table upstream has the
    hashes that are right now. A build drops the rows of hashes that are no more and makes those of hashes that are new,
    so an increment needs no memory of what the last build saw, and one that broke off heals itself. DuckDB only: `hash`.

    Before a model runs: drops what it holds of old. An earlier release's table has no such column and is emptied. -#}
{% macro forget_outdated(relation_name, fingerprint) -%}
    {%- set expected = ref(relation_name) -%}
    {%- if is_incremental() -%}
        {%- if 'fingerprint' in column_names(this) -%}
    delete from {{ this }}
    where not exists (
        select 1 from {{ expected }} as expected where expected.{{ fingerprint }} = {{ this.identifier }}.fingerprint
    )
        {%- else -%}
    alter table {{ this }} add column fingerprint ubigint;
    delete from {{ this }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- Whether the model being built still lacks the rows of a fingerprint; everything, when it is built from nothing. -#}
{% macro is_outdated(fingerprint) -%}
    {%- if is_incremental() -%}
    {{ fingerprint }} not in (select kept.fingerprint from {{ this }} as kept where kept.fingerprint is not null)
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}

{#- A hash of the code that turns touches and ledger entries into credit, so that an upgrade makes every row anew. Macros are
    in it as what they render to. -#}
{% macro attribution_recipe() -%}
    {%- set code = [
        days_between('a', 'b'),
        text_in_order('a', 'b', ','),
        is_returning('a', 'b', 'c'),
        marketing_source_key('a', 'b', 'c'),
        largest_remainder('a', 'b', 'c', 'd', 'e', 'f'),
    ] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') | sort(attribute='name')
            if node.name in (
                'int_opportunities__touched', 'int_attribution__weighted', 'int_attribution__credited',
                'int_attribution__allocated', 'int_attribution__shared'
            ) -%}
            {%- do code.append(node.raw_code) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(local_md5(code | join('|'))) }}
{%- endmacro %}
