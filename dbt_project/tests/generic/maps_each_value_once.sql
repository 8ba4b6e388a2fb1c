{#- An enum seed is usable: no cell is empty, vendor values are in lower case (a value that is not would never be found),
    and no value of a field is mapped twice. -#}
{% test maps_each_value_once(model) %}
select field, vendor_value, count(*) as row_count
from {{ model }}
group by field, vendor_value
having count(*) > 1
    or field is null
    or vendor_value is null
    or vendor_value <> lower(vendor_value)
    or count(canonical_value) < count(*)
{% endtest %}
