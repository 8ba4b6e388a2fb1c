-- What may serve as evidence and what may not. A value on records of many unrelated families identifies no
-- one; the list of known placeholders only catches a value before it has become frequent.
with normalized as (
    select
        points.contact_point_key,
        points.owner_entity,
        points.owner_key,
        points.contact_kind,
        points.contact_value,
        points.is_deleted,
        case points.contact_kind
            when 'phone' then phones.phone
            else {{ normalized_email("lower(regexp_replace(points.contact_value, '^mailto:|\s', '', 'g'))") }}
        end as normalized_value
    from {{ ref('int_contact_points__typed') }} as points
    -- By value alone, which no e-mail shares: with a condition on the left side DuckDB compares every pair.
    left join {{ ref('int_phone_values__parsed') }} as phones on phones.contact_value = points.contact_value
),

own_phones as (
    select distinct phones.phone
    from {{ ref('stg_operator__brand_phones') }} as brand_phones
    inner join {{ ref('int_phone_values__parsed') }} as phones on phones.contact_value = brand_phones.phone
    where phones.phone is not null
),

placeholders as (
    select value_kind, placeholder from {{ ref('placeholder_values') }}
),

spread as (
    select
        normalized.contact_kind,
        normalized.normalized_value,
        count(distinct coalesce(records.business_name, records.surname)) as family_count
    from normalized
    inner join {{ ref('int_identities__records') }} as records on records.record_key = normalized.owner_key
    where normalized.normalized_value is not null
    group by normalized.contact_kind, normalized.normalized_value
),

judged as (
    select
        normalized.*,
        coalesce(spread.family_count, 0) as family_count,
        case
            when normalized.normalized_value is null then 'unreadable'
            when own_phones.phone is not null then 'own_phone'
            when normalized.contact_kind = 'phone' and right(normalized.normalized_value, 7) in
                (select placeholder from placeholders where value_kind = 'phone_local') then 'placeholder'
            when normalized.contact_kind = 'email' and (
                normalized.normalized_value in (select placeholder from placeholders where value_kind = 'email')
                or split_part(normalized.normalized_value, '@', 1) in
                    (select placeholder from placeholders where value_kind = 'email_local')
            ) then 'placeholder'
            when spread.family_count > {{ var('identity_hub_families') }} then 'hub'
        end as reason_not_evidence
    from normalized
    left join own_phones on own_phones.phone = normalized.normalized_value
    left join spread
        on spread.contact_kind = normalized.contact_kind and spread.normalized_value = normalized.normalized_value
)

select
    contact_point_key,
    owner_entity,
    owner_key,
    contact_kind,
    contact_value,
    normalized_value,
    family_count,
    reason_not_evidence is null as is_evidence,
    reason_not_evidence,
    is_deleted
from judged
