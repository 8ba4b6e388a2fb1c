with leads as (
    select * from {{ ref('base_hubspot__leads') }}
),

stages as (
    select * from {{ ref('base_hubspot__deal_stages') }}
),

booked_stages as (
    select account_id, pipeline_id, min(stage_id) as stage_id
    from stages
    where is_booked_stage
    group by account_id, pipeline_id
),

staged as (
    select
        leads.*,
        stages.stage_name,
        stages.is_won,
        stages.is_closed,
        {{ utc_timestamp(
            'coalesce(leads.deal.properties.createdate, leads.contact.properties.first_conversion_date,'
            ~ ' leads.contact.properties.createdate)'
        ) }} as occurred_at,
        -- When a deal entered a stage is a property named after the stage.
        {{ utc_timestamp(json_text_at(
            'leads.deal_payload', "'$.properties.hs_v2_date_entered_' || booked_stages.stage_id"
        )) }} as entered_booked_at,
        coalesce(stages.is_booked_stage, false)
            or coalesce(stages.is_won, false)
            or nullif(leads.deal.properties.ext_job_id, '') is not null as says_booked,
        brands.brand_key,
        coalesce(brands.timezone, accounts.timezone) as timezone
    from leads
    left join stages
        on stages.account_id = leads.account_id
        and stages.pipeline_id = leads.deal.properties.pipeline
        and stages.stage_id = leads.deal.properties.dealstage
    left join booked_stages
        on booked_stages.account_id = leads.account_id
        and booked_stages.pipeline_id = leads.deal.properties.pipeline
    left join {{ ref('stg_operator__brands') }} as brands
        on lower(coalesce(leads.deal.properties.brand, leads.contact.properties.brand))
            in (lower(brands.brand_key), lower(brands.brand_name))
    left join {{ ref('stg_operator__accounts') }} as accounts
        on accounts.platform = leads.platform and accounts.account_id = leads.account_id
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as lead_key,
    platform,
    account_id,
    native_id,
    coalesce(deal.url, contact.url) as native_url,
    occurred_at as created_at,
    {{ utc_timestamp('coalesce(deal.updatedAt, contact.updatedAt)') }} as updated_at,
    is_deleted,
    case
        when deal.properties.lead_kind is not null
            then {{ canonical_value('hubspot', 'deal.lead_kind', 'deal.properties.lead_kind') }}
        when first_visit.properties.first_conversion_event_name is not null then 'form'
    end as lead_kind,
    deal.properties.lead_kind as vendor_lead_kind,
    case
        when deal is null then 'open'
        -- A deal in a stage that its pipeline does not have is an error in what was read, not an open lead.
        when stage_name is null then null
        when is_closed and not is_won then 'lost'
        when says_booked then 'booked'
        else 'open'
    end as lead_status,
    deal.properties.dealstage as vendor_deal_stage,
    nullif(
        concat_ws(
            ' ', nullif(trim(contact.properties.firstname), ''), nullif(trim(contact.properties.lastname), '')
        ), ''
    ) as full_name,
    nullif(contact.properties.firstname, '') as first_name,
    nullif(contact.properties.lastname, '') as last_name,
    nullif(contact.properties.company, '') as company_name,
    coalesce(nullif(contact.properties.mobilephone, ''), nullif(contact.properties.phone, '')) as phone,
    nullif(contact.properties.email, '') as email,
    nullif(contact.properties.address, '') as street,
    cast(null as varchar) as unit,
    nullif(contact.properties.city, '') as city,
    nullif(contact.properties.state, '') as state,
    nullif(contact.properties.zip, '') as postal_code,
    cast(null as varchar) as customer_key,
    nullif(deal.properties.ext_job_id, '') as job_native_id,
    {{ entity_key('platform', 'account_id', "nullif(deal.properties.call_id, '')") }} as call_key,
    cast(null as varchar) as campaign_key,
    nullif(deal.properties.lead_channel, '') as source_name,
    {%- for name in ['utm_source', 'utm_medium', 'utm_campaign'] %}
    coalesce(
        nullif(deal.properties.{{ name }}, ''),
        nullif(first_visit.properties.{{ name }}, ''),
        {{ url_parameter('deal.properties.landing_url', name) }},
        {{ url_parameter('first_visit.properties.hs_analytics_first_url', name) }}
    ) as {{ name }},
    {%- endfor %}
    {%- for name, caught_by_ads_tool in [
        ('gclid', 'hs_google_click_id'), ('gbraid', none), ('wbraid', none), ('msclkid', none),
        ('fbclid', 'hs_facebook_click_id')
    ] %}
    -- The form's own field, then what the portal's ads tool caught, then the address of the first page.
    coalesce(
        nullif(deal.properties.{{ name }}, ''),
        nullif(first_visit.properties.{{ name }}, ''),
        {% if caught_by_ads_tool %}nullif(first_visit.properties.{{ caught_by_ads_tool }}, ''),{% endif %}
        {{ url_parameter('deal.properties.landing_url', name) }},
        {{ url_parameter('first_visit.properties.hs_analytics_first_url', name) }}
    ) as {{ name }},
    {%- endfor %}
    coalesce(
        nullif(deal.properties.landing_url, ''),
        nullif(first_visit.properties.landing_url, ''),
        first_visit.properties.hs_analytics_first_url
    ) as landing_page_url,
    coalesce(nullif(deal.properties.referrer_url, ''), first_visit.properties.hs_analytics_first_referrer)
        as referrer_url,
    brand_key,
    lower(nullif(deal.properties.trade, '')) as trade,
    occurred_at,
    {{ business_date('occurred_at', 'timezone') }} as occurred_on,
    case when says_booked or entered_booked_at is not null then entered_booked_at end as booked_at,
    coalesce(says_booked or entered_booked_at is not null, false) as is_booked,
    -- A contact's own status (UNQUALIFIED) is about the person now, not about this request.
    false as is_excluded,
    {{ json_object({
        'contact_native_id': 'contact_id',
        'deal_name': 'deal.properties.dealname',
        'stage_name': 'stage_name',
        'deal_amount': "cast(nullif(deal.properties.amount, '') as decimal(18, 2))",
        'closed_at': 'deal.properties.closedate',
        'lifecycle_stage': 'contact.properties.lifecyclestage',
        'contact_lead_status': 'contact.properties.hs_lead_status',
        'original_source': 'contact.properties.hs_analytics_source',
        'original_source_detail': 'contact.properties.hs_analytics_source_data_1',
        'record_source': 'contact.properties.hs_object_source'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from staged
