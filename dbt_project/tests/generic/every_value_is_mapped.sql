{#- Fails with each vendor value that has no canonical value: add it to the vendor's enum_values seed, after deciding
    what it means. -#}
{% test every_value_is_mapped(model, column_name, from) %}
select {{ from }} as unmapped_vendor_value, count(*) as row_count
from {{ model }}
where {{ column_name }} is null and {{ from }} is not null
group by {{ from }}
{% endtest %}
