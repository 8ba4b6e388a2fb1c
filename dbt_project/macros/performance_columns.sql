{#- The figures of a performance report over any grouping of int_performance__measured: additive ones first, then the
    rates, which are defined as metrics (models/marts/marketing/_metrics.yml). -#}
{% macro performance_columns(measures) -%}
    {%- set counts = ['leads', 'booked_leads', 'new_customer_leads', 'mature_leads'] -%}
    {%- set shared_counts = ['booked_jobs', 'net_booked_jobs', 'completed_jobs', 'new_customers'] -%}
    {%- set costs = ['spend_amount', 'idle_spend_amount', 'claimed_conversions'] -%}
    {%- set amounts = [
        'gross_booked_amount', 'booked_amount', 'sold_amount', 'completed_amount', 'invoiced_amount', 'collected_amount',
        'first_time_completed_amount', 'returning_completed_amount', 'first_time_collected_amount',
        'returning_collected_amount', 'completed_reversal_amount', 'collected_reversal_amount', 'margin_amount', 'profit_amount', 'claimed_conversion_amount'
    ] -%}
    {%- for name in counts %}cast(sum({{ measures }}.{{ name }}) as bigint) as {{ name }},
    {% endfor -%}
    {%- for name in shared_counts %}cast(sum({{ measures }}.{{ name }}) as decimal(24, 12)) as {{ name }},
    {% endfor -%}
    {%- for name in costs %}cast(sum({{ measures }}.{{ name }}) as decimal(18, 4)) as {{ name }},
    {% endfor -%}
    {%- for name in amounts %}cast(sum({{ measures }}.{{ name }}) as decimal(18, 2)) as {{ name }},
    {% endfor -%}
    {{ metric_columns([
        'booking_rate', 'mature_share', 'cost_per_lead', 'cost_per_booked_job', 'cac', 'average_ticket', 'roas_completed',
        'roas_collected', 'roas_first_time', 'roi', 'idle_spend_share', 'claimed_per_booked_job'
    ], measures) }}
{%- endmacro %}
