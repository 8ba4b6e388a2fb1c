-- Names as typed, each distinct spelling read once and remembered: three years of records hold far fewer spellings than
-- records, and a day adds few. What was read by an older version of this file or of its macros is read again.
{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='name_text_key') }}
{%- set recipe = local_md5(model.raw_code ~ name_text('x') ~ name_words('x') ~ business_text('x')) %}
with spellings as (
    select first_name, last_name, full_name, company_name, coalesce(customer_type, '') = 'commercial' as is_commercial
    from {{ ref('int_customers__unioned') }}
    union all
    select first_name, last_name, full_name, company_name, false
    from {{ ref('int_leads__unioned') }}
),

-- A missing part and an empty one are one spelling.
keyed as (
    select
        {{ name_text_key('is_commercial') }} as name_text_key,
        any_value(first_name) as first_name,
        any_value(last_name) as last_name,
        any_value(full_name) as full_name,
        any_value(company_name) as company_name,
        any_value(is_commercial) as is_commercial
    from spellings
    group by name_text_key
),

typed as (
    select *
    from keyed
    {%- if is_incremental() %}
    where name_text_key not in (select name_text_key from {{ this }} where recipe = '{{ recipe }}')
    {%- endif %}
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
        company_text <> '' or (is_commercial and first_text = '')
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
)

select
    name_text_key,
    given_words[-1] as last_given_word,
    is_couple,
    given_name,
    surname_words,
    surname,
    business_text,
    '{{ recipe }}' as recipe
from named
