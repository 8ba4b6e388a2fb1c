-- Nodes of the identity graph. Names are parsed here and nowhere else; activity is what the record took part
-- in, because a record's created_at alone says nothing about how long its people were at an address.
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
        first_name,
        last_name,
        full_name,
        company_name,
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
        first_name,
        last_name,
        full_name,
        company_name,
        source_name,
        coalesce(occurred_at, created_at),
        is_deleted
    from {{ ref('int_leads__unioned') }}
),

cleaned as (
    select
        *,
        {{ name_text('first_name') }} as first_text,
        {{ name_text('last_name') }} as last_text,
        {{ name_text('full_name') }} as full_text,
        {{ name_text('company_name') }} as company_text
    from typed
),

-- A business without a company field: the vendor says commercial, or the name itself says so.
classified as (
    select
        *,
        first_text = '' and last_text = '' as is_single_field,
        company_text <> '' or (customer_type = 'commercial' and first_text = '')
            or regexp_matches(full_text, '\b(llc|inc|incorporated|corp|corporation|ltd|llp|properties|property|management|'
                || 'realty|apartments|apartment|condos|hoa|holdings|rentals|church|school|academy|restaurant|grill|cafe|'
                || 'bakery|salon|dental|clinic|hotel|motel|associates|enterprises|partners|office|offices|plaza|hardware|'
                || 'brewing|fitness|daycare|library|auto|market|storage)\b')
            as has_business_name
    from cleaned
),

ordered as (
    select
        *,
        case when has_business_name
            then {{ business_text("case when company_text <> '' then company_text else full_text end") }} end as business_text,
        -- "Smith, John" is turned round; a business in the name field has no person in it.
        case
            when not is_single_field then {{ name_words('first_text') }}
            when has_business_name and company_text in ('', full_text) then []
            when contains(full_text, ',') then {{ name_words("trim(split_part(full_text, ',', 2))") }}
            when len({{ name_words('full_text') }}) = 1 then {{ name_words('full_text') }}
            else {{ name_words('full_text') }}[:-2]
        end as given_words,
        case
            when not is_single_field then {{ name_words('last_text') }}
            when has_business_name and company_text in ('', full_text) then []
            when contains(full_text, ',') then {{ name_words("trim(split_part(full_text, ',', 1))") }}
            when len({{ name_words('full_text') }}) = 1 then []
            else {{ name_words('full_text') }}[-1:]
        end as surname_words
    from classified
),

named as (
    select
        *,
        list_contains(given_words, '&') or list_contains(given_words, 'and') as is_couple,
        nullif(case
            when len(given_words) > 1 and length(given_words[1]) = 1 and length(given_words[2]) > 1
                and given_words[2] <> 'and' then given_words[2]
            else given_words[1]
        end, '&') as given_name,
        nullif(array_to_string(surname_words, ' '), '') as surname
    from ordered
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
        from named
    )
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
    trusted.record_key,
    row_number() over (order by trusted.record_key) - 1 as record_number,
    trusted.entity,
    trusted.platform,
    trusted.account_id,
    trusted.native_id,
    trusted.customer_type,
    trusted.given_name,
    trusted.surname,
    case when trusted.given_name is null then []
        else list_distinct(list_concat(coalesce(roots.root_names, []), [trusted.given_name],
            case when trusted.is_couple then coalesce(partner_roots.root_names, []) || [trusted.given_words[-1]] else [] end))
    end as given_roots,
    case when trusted.surname is null then []
        else list_distinct(list_filter(trusted.surname_words, lambda word: length(word) >= 4) || [trusted.surname])
    end as surname_words,
    trusted.business_text as business_name,
    coalesce(trusted.business_text, nullif(concat_ws('|', trusted.given_name, trusted.surname), '')) as name_key,
    trusted.given_name is null or trusted.surname is null or length(trusted.given_name) = 1 or trusted.is_couple
        as is_ambiguous_person,
    trusted.source_name,
    trusted.recorded_at as first_seen_at,
    least(trusted.recorded_at, activity_spans.first_active_at) as first_active_at,
    greatest(trusted.recorded_at, activity_spans.last_active_at) as last_active_at,
    trusted.is_deleted
from trusted
left join roots on roots.given_name = trusted.given_name
left join roots as partner_roots on trusted.is_couple and partner_roots.given_name = trusted.given_words[-1]
left join activity_spans on activity_spans.record_key = trusted.record_key
