{#- The figures of a performance report over any grouping of int_performance__measured: additive ones first, then the
    ratios, each defined here and nowhere else. A ratio without a denominator is NULL. -#}
{% macro performance_columns(measures) -%}
    cast(sum({{ measures }}.leads) as bigint) as leads,
    cast(sum({{ measures }}.booked_leads) as bigint) as booked_leads,
    cast(sum({{ measures }}.new_customer_leads) as bigint) as new_customer_leads,
    cast(sum({{ measures }}.mature_leads) as bigint) as mature_leads,
    cast(sum({{ measures }}.booked_jobs) as decimal(24, 12)) as booked_jobs,
    cast(sum({{ measures }}.net_booked_jobs) as decimal(24, 12)) as net_booked_jobs,
    cast(sum({{ measures }}.completed_jobs) as decimal(24, 12)) as completed_jobs,
    cast(sum({{ measures }}.new_customers) as decimal(24, 12)) as new_customers,
    cast(sum({{ measures }}.spend_amount) as decimal(18, 4)) as spend_amount,
    cast(sum({{ measures }}.gross_booked_amount) as decimal(18, 2)) as gross_booked_amount,
    cast(sum({{ measures }}.booked_amount) as decimal(18, 2)) as booked_amount,
    cast(sum({{ measures }}.sold_amount) as decimal(18, 2)) as sold_amount,
    cast(sum({{ measures }}.completed_amount) as decimal(18, 2)) as completed_amount,
    cast(sum({{ measures }}.invoiced_amount) as decimal(18, 2)) as invoiced_amount,
    cast(sum({{ measures }}.collected_amount) as decimal(18, 2)) as collected_amount,
    {{ ratio('sum(' ~ measures ~ '.booked_leads)', 'sum(' ~ measures ~ '.leads)') }} as booking_rate,
    {{ ratio('sum(' ~ measures ~ '.mature_leads)', 'sum(' ~ measures ~ '.leads)') }} as mature_share,
    {{ ratio('sum(' ~ measures ~ '.spend_amount)', 'sum(' ~ measures ~ '.leads)') }} as cost_per_lead,
    {{ ratio('sum(' ~ measures ~ '.spend_amount)', 'sum(' ~ measures ~ '.booked_jobs)') }} as cost_per_booked_job,
    {{ ratio('sum(' ~ measures ~ '.spend_amount)', 'sum(' ~ measures ~ '.new_customers)') }} as cac,
    {{ ratio('sum(' ~ measures ~ '.completed_amount)', 'sum(' ~ measures ~ '.completed_jobs)') }} as average_ticket,
    {{ ratio('sum(' ~ measures ~ '.completed_amount)', 'sum(' ~ measures ~ '.spend_amount)') }} as roas_completed,
    {{ ratio('sum(' ~ measures ~ '.collected_amount)', 'sum(' ~ measures ~ '.spend_amount)') }} as roas_collected
{%- endmacro %}
