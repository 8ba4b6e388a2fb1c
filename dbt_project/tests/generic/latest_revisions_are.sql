{#- The newest revision of every month in an append-only history is what the present report says; a month that left the
    report stands there as zero. -#}
{% test latest_revisions_are(model, present_model, columns, present_where) %}
with latest as (
    select *
    from {{ model }}
    qualify row_number() over (partition by view_basis, brand_key, month_on, channel order by revision desc) = 1
),

present as (
    select * from {{ present_model }} where {{ present_where }}
)

select latest.view_basis, latest.brand_key, latest.month_on, latest.channel, latest.revision
from latest
full outer join present
    on present.view_basis = latest.view_basis
    and present.brand_key is not distinct from latest.brand_key
    and present.month_on is not distinct from latest.month_on
    and present.channel = latest.channel
where false
    {%- for column in columns %}
    or coalesce(present.{{ column }}, 0) <> coalesce(latest.{{ column }}, 0)
    {%- endfor %}
{% endtest %}
