{#- The dates that the same revenue can stand under, in the order in which they usually fall: basis -> column of
    int_revenue__dated. -#}
{% macro date_bases() -%}
    {{ return({
        'click': 'clicked_on',
        'call': 'called_on',
        'lead': 'lead_on',
        'booked': 'booked_on',
        'sold': 'sold_on',
        'completed': 'completed_on',
        'invoiced': 'invoiced_on',
        'collected': 'collected_on'
    }) }}
{%- endmacro %}
