-- Pairs worth a comparison: they share a number, or two parts of name and place. A key that many records share
-- tells nobody from anybody, so it proposes no pairs, and the number of pairs grows with the records, not with
-- their square.
with profiles as (
    select
        *,
        least(given_name, surname) || '|' || greatest(given_name, surname) as both_names,
        coalesce(postal_code, city) as area
    from {{ ref('int_identities__profiles') }}
),

-- Two parts of a name or a place say less than a number does, so fewer records may share them.
keyed as (
    select
        record_key,
        {{ var('identity_namesake_records') }} as most_records,
        unnest(
            [
                'names|' || both_names,
                'names, area|' || both_names || '|' || area,
                'building|' || house_number || '|' || street,
                'building, area|' || house_number || '|' || street || '|' || area,
                'surname, number|' || surname || '|' || house_number,
                'given name, number|' || given_name || '|' || house_number,
                'street, area|' || street || '|' || area,
                'street, given name|' || street || '|' || left(given_name, 2),
                'street, surname|' || street || '|' || left(surname, 2),
                'given name, area|' || given_name || '|' || area,
                'surname, area|' || surname || '|' || area,
                'initials, area|' || left(surname, 3) || '|' || left(given_name, 2) || '|' || area,
                'surname, city|' || left(surname, 4) || '|' || city,
                'given name, city|' || left(given_name, 4) || '|' || city
            ]
        ) as block_text
    from profiles
    union all
    select
        record_key,
        {{ var('identity_block_records') }},
        unnest(
            list_transform(coalesce(phones, []), lambda value: 'phone|' || value)
            || list_transform(coalesce(emails, []), lambda value: 'email|' || value)
        )
    from profiles
),

hashed as (
    select hash(block_text) as block, most_records, record_key from keyed where block_text is not null
),

blocks as (
    select block from hashed group by block having count(*) between 2 and min(most_records)
),

members as (
    select hashed.block, hashed.record_key
    from hashed
    inner join blocks on blocks.block = hashed.block
)

select distinct a.record_key as left_key, b.record_key as right_key
from members as a
inner join members as b on b.block = a.block and b.record_key > a.record_key
