-- Conversion x touch x the models that share the conversion in the same way. Every job of a chain inherits the credit of its
-- first job; a conversion that no touch earned is one row with weight 1, no touch, and the reason. Repeat business is a
-- channel of its own, everything else that nobody earned is `unattributed`.
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='sync_all_columns',
    pre_hook="{{ forget_outdated('int_conversions__fingerprinted', 'credit_fingerprint') }}"
) }}
with conversions as (
    select conversions.*, fingerprinted.credit_fingerprint as fingerprint
    from {{ ref('int_conversions__identified') }} as conversions
    inner join {{ ref('int_conversions__fingerprinted') }} as fingerprinted
        on fingerprinted.conversion_key = conversions.conversion_key
    where {{ is_outdated('fingerprinted.credit_fingerprint') }}
),

-- What came closest to being credited says best why nothing was.
reasons as (
    select
        opportunity_key,
        case min(
            case verdict
                when 'credited' then 0
                when 'existing_customer' then 1
                when 'direct' then 2
                when 'no_source' then 3
                when 'outside_window' then 4
                else 5
            end
        )
            when 0 then 'credited'
            when 1 then 'existing_customer'
            when 2 then 'direct'
            when 3 then 'no_source'
            when 4 then 'outside_window'
            else 'no_touch'
        end as reason
    from {{ ref('int_opportunities__touched') }}
    where opportunity_key in (select opportunity_key from conversions)
    group by opportunity_key
),

credited as (
    select
        weights.models,
        conversions.fingerprint,
        conversions.conversion_key,
        weights.touch_key,
        weights.touch_position,
        touches.touch_at,
        touches.touch_on,
        touches.marketing_source_key,
        touches.channel,
        touches.campaign_name,
        touches.method,
        touches.confidence,
        weights.weight,
        case
            when touches.is_marketing then 'credited'
            when touches.channel = 'unattributed' then 'no_source'
            when touches.channel = 'existing_customer' then 'existing_customer'
            when reasons.reason = 'credited' then 'direct_last'
            else 'direct_only'
        end as attribution_reason
    from conversions
    inner join {{ ref('int_attribution__weighted') }} as weights on weights.opportunity_key = conversions.opportunity_key
    inner join {{ ref('int_touches__resolved') }} as touches on touches.touch_key = weights.touch_key
    inner join reasons on reasons.opportunity_key = conversions.opportunity_key
),

explained as (
    select
        conversions.*,
        case
            when conversions.conversion_kind <> 'job' then 'no_job'
            when conversions.is_retention then 'existing_customer'
            when reasons.reason is not null then reasons.reason
            when conversions.household_key is null then 'no_household'
            else 'no_touch'
        end as reason
    from conversions
    left join reasons on reasons.opportunity_key = conversions.opportunity_key
    where reasons.reason is null or reasons.reason not in ('credited', 'direct')
),

uncredited as (
    select
        known.models,
        explained.fingerprint,
        explained.conversion_key,
        cast(null as varchar) as touch_key,
        cast(1 as bigint) as touch_position,
        cast(null as timestamp) as touch_at,
        cast(null as date) as touch_on,
        case when explained.reason = 'existing_customer' then 'existing_customer' else 'unattributed' end as channel,
        cast(null as varchar) as campaign_name,
        cast(null as varchar) as method,
        cast(null as decimal(3, 2)) as confidence,
        cast(1 as decimal(13, 12)) as weight,
        explained.reason as attribution_reason,
        explained.brand_key
    from explained
    cross join (
        select string_agg(model, ',' order by sort_order) as models from {{ ref('attribution_models') }}
    ) as known
)

select * from credited
union all
select
    models,
    fingerprint,
    conversion_key,
    touch_key,
    touch_position,
    touch_at,
    touch_on,
    {{ marketing_source_key('brand_key', 'channel', 'campaign_name') }},
    channel,
    campaign_name,
    method,
    confidence,
    weight,
    attribution_reason
from uncredited
