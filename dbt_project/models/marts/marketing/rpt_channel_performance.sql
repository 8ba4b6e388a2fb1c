select
    measures.view_basis,
    measures.model,
    measures.brand_key,
    measures.month_on,
    sources.channel,
    {{ performance_columns('measures') }}
from {{ ref('int_performance__measured') }} as measures
inner join {{ ref('dim_marketing_sources') }} as sources on sources.marketing_source_key = measures.marketing_source_key
group by measures.view_basis, measures.model, measures.brand_key, measures.month_on, sources.channel
