-- How likely two records are one person, by Fellegi and Sunter: each field's agreement adds log2(m / u) bits, m being
-- how often records of one person agree so far and u how often strangers do. Where the best level is reached and the
-- value's own frequency is known, that frequency stands for u: a shared "Smith" says less than a shared "Vrabel".
{%- set comparisons = identity_comparisons() %}
with record_count as (
    select count(*) as records from {{ ref('int_identities__records') }}
),

compared as (
    select
        candidates.left_key,
        candidates.right_key,
        {%- for name, comparison in comparisons.items() %}
        {{ comparison.level }} as {{ name }}_level,
        {%- endfor %}
        {%- for name, comparison in comparisons.items() if comparison.by_frequency %}
        a.{{ name }},
        {%- endfor %}
        a.surname is not null and b.surname is not null as do_both_have_surnames,
        abs(try_cast(a.house_number as bigint) - try_cast(b.house_number as bigint)) as house_numbers_apart,
        greatest(length(a.unit), length(b.unit)) as longer_unit,
        left(a.phone, -1) = left(b.phone, -1) as are_phones_in_sequence
    from {{ ref('int_identities__candidates') }} as candidates
    inner join {{ ref('int_identities__profiles') }} as a on a.record_key = candidates.left_key
    inner join {{ ref('int_identities__profiles') }} as b on b.record_key = candidates.right_key
),
{% for name, comparison in comparisons.items() %}
{%- if comparison.by_frequency %}
{{ name }}_frequencies as (
    select {{ name }}, count(*) / sum(count(*)) over () as frequency
    from {{ ref('int_identities__profiles') }}
    where {{ name }} is not null
    group by {{ name }}
),
{% endif %}
{{ name }}_weights as (
    select level, m, u from {{ ref('identity_weights') }} where comparison = '{{ name }}'
),
{% endfor %}
weighed as (
    select
        compared.*,
        {%- for name, comparison in comparisons.items() %}
        {%- if comparison.by_frequency %}
        coalesce(case when {{ name }}_level = {{ comparison.levels }}
            then log2({{ name }}_weights.m / {{ name }}_frequencies.frequency)
            else log2({{ name }}_weights.m / {{ name }}_weights.u) end, 0)
        {%- else %}
        coalesce(log2({{ name }}_weights.m / {{ name }}_weights.u), 0)
        {%- endif %}{{ ' +' if not loop.last }}
        {%- endfor %}
        -- A stranger is one in as many as there are records; a small operator's strangers are not less strange.
        - log2(greatest(record_count.records, {{ var('identity_smallest_population') }})) as match_bits
    from compared
    cross join record_count
    {%- for name, comparison in comparisons.items() %}
    left join {{ name }}_weights on {{ name }}_weights.level = compared.{{ name }}_level
    {%- if comparison.by_frequency %}
    left join {{ name }}_frequencies on {{ name }}_frequencies.{{ name }} = compared.{{ name }}
    {%- endif %}
    {%- endfor %}
),

-- What no sum of bits may outvote: names that contradict each other, namesakes next door or in the next flat, and a
-- name with nothing beside it.
-- No two of them have a number that is a slip of the other's, unless it is the next one, or a house of one name.
guarded as (
    select
        *,
        case surname_level
            when 0 then given_name_level >= 2
                and (greatest(phone_level, email_level - 1) >= 1 or match_bits >= {{ var('identity_certain_bits') }})
            when -1 then given_name_level >= 1
                or ((given_name_level = -1 or do_both_have_surnames) and greatest(phone_level, email_level - 1) >= 1)
            else true
        end as do_names_allow,
        greatest(phone_level, email_level) = 2
            or (phone_level = 1 and not are_phones_in_sequence)
            or (unit_level >= 1 and longer_unit > 4)
            or not coalesce(
                (house_number_level in (0, 1) and house_numbers_apart <= 20) or (unit_level = 0 and longer_unit <= 4), false
            ) as do_places_allow,
        greatest(phone_level, email_level - 1, street_level, city_level, house_number_level - 1) >= 1 as has_more_than_names
    from weighed
)

select
    guarded.left_key,
    guarded.right_key,
    {%- for name in comparisons %}
    guarded.{{ name }}_level,
    {%- endfor %}
    {{ name_relation('a', 'b') }} as relation,
    a.is_ambiguous_person as is_left_ambiguous,
    b.is_ambiguous_person as is_right_ambiguous,
    concat_ws(' ', a.given_name, a.surname, a.phone, a.email, a.house_number, a.street, a.city)
        || ' / ' || concat_ws(' ', b.given_name, b.surname, b.phone, b.email, b.house_number, b.street, b.city)
        as both_profiles,
    guarded.match_bits,
    1 / (1 + pow(2, -guarded.match_bits)) as match_probability
from guarded
inner join {{ ref('int_identities__profiles') }} as a on a.record_key = guarded.left_key
inner join {{ ref('int_identities__profiles') }} as b on b.record_key = guarded.right_key
-- One condition, so that DuckDB does not test places on their own first and compare every pair's fields twice for it.
where case
    when guarded.match_bits >= {{ var('identity_match_bits') }}
        then guarded.do_names_allow and guarded.do_places_allow and guarded.has_more_than_names
    else false
end
