-- Nodes of the identity graph. Activity is what the record took part in, because a record's created_at alone says
-- nothing about how long its people were at an address.
with placeholder_names as (
    select placeholder from {{ ref('placeholder_values') }} where value_kind = 'name'
),

typed as (
    select
        customer_key as record_key,
        'customer' as entity,
        platform,
        account_id,
        native_id,
        coalesce(customer_type, 'residential') as customer_type,
        {{ name_text_key("coalesce(customer_type, '') = 'commercial'") }} as name_text_key,
        source_name,
        created_at as recorded_at,
        is_deleted
    from {{ ref('int_customers__unioned') }}
    union all
    select
        lead_key,
        'lead',
        platform,
        account_id,
        native_id,
        'unknown',
        {{ name_text_key('false') }},
        source_name,
        coalesce(occurred_at, created_at),
        is_deleted
    from {{ ref('int_leads__unioned') }}
),

trusted as (
    select
        * replace (
            case when is_placeholder then null else given_name end as given_name,
            case when is_placeholder then null else surname end as surname,
            case when is_placeholder then null else business_text end as business_text
        )
    from (
        select
            *,
            trim(coalesce(given_name, '') || ' ' || coalesce(surname, '')) in (select placeholder from placeholder_names)
            or coalesce(business_text, '') in (select placeholder from placeholder_names) as is_placeholder
        from {{ ref('int_names__parsed') }}
    )
),

named as (
    select typed.*, trusted.* exclude (name_text_key, recipe, is_placeholder)
    from typed
    inner join trusted on trusted.name_text_key = typed.name_text_key
),

roots as (
    select given_name, list(root_name order by root_name) as root_names from {{ ref('nicknames') }} group by given_name
),

activity as (
    select customer_key as record_key, booked_at as active_at from {{ ref('int_jobs__unioned') }}
    union all
    select customer_key, completed_at from {{ ref('int_jobs__unioned') }}
    union all
    select customer_key, started_at from {{ ref('int_calls__unioned') }}
),

activity_spans as (
    select record_key, min(active_at) as first_active_at, max(active_at) as last_active_at
    from activity
    where record_key is not null
    group by record_key
)

select
    named.record_key,
    row_number() over (order by named.record_key) - 1 as record_number,
    named.entity,
    named.platform,
    named.account_id,
    named.native_id,
    named.customer_type,
    named.given_name,
    named.surname,
    case when named.given_name is null then []
        else list_distinct(list_concat(coalesce(roots.root_names, []), [named.given_name],
            case when named.is_couple then coalesce(partner_roots.root_names, []) || [named.last_given_word] else [] end))
    end as given_roots,
    case when named.surname is null then []
        else list_distinct(list_filter(named.surname_words, lambda word: length(word) >= 4) || [named.surname])
    end as surname_words,
    named.business_text as business_name,
    coalesce(named.business_text, nullif(concat_ws('|', named.given_name, named.surname), '')) as name_key,
    named.given_name is null or named.surname is null or length(named.given_name) = 1 or named.is_couple
        as is_ambiguous_person,
    named.source_name,
    named.recorded_at as first_seen_at,
    least(named.recorded_at, activity_spans.first_active_at) as first_active_at,
    greatest(named.recorded_at, activity_spans.last_active_at) as last_active_at,
    named.is_deleted
from named
left join roots on roots.given_name = named.given_name
left join roots as partner_roots on named.is_couple and partner_roots.given_name = named.last_given_word
left join activity_spans on activity_spans.record_key = named.record_key
