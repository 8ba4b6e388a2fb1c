{#- The id of one ledger entry, the same on every build: what happened (`entry_type`), to which record, and as what
    (`role`: original, or the kind of reversal). -#}
{% macro revenue_entry_key(entry_type, record_key, role) -%}
    md5({{ entry_type }} || '|' || {{ record_key }} || '|' || {{ role }})
{%- endmacro %}
