-- Why two records are one, one row per pair and reason. A person edge says "the same human", any other edge
-- only "the same household". What the names say decides what a shared value is worth; the address alone links
-- nobody, because homes are sold.
with ruled as (
    select
        compared.left_key,
        compared.right_key,
        compared.evidence_kind,
        compared.evidence_value,
        compared.relation,
        compared.is_left_ambiguous,
        compared.is_right_ambiguous,
        rules.rule,
        rules.weight,
        rules.is_person_link
    from {{ ref('int_identities__compared') }} as compared
    inner join {{ ref('identity_rules') }} as rules
        on rules.evidence_kind = compared.evidence_kind
        and rules.relation = compared.relation
        and (not rules.unless_elsewhere or not compared.is_elsewhere)
        and (not rules.only_overlapping or compared.is_overlapping)
),

linked as (
    select
        links.left_key,
        links.right_key,
        'link' as evidence_kind,
        links.evidence as evidence_value,
        {{ name_relation('a', 'b') }} as relation,
        a.is_ambiguous_person as is_left_ambiguous,
        b.is_ambiguous_person as is_right_ambiguous,
        links.rule,
        links.weight,
        -- A vendor merges a record typed badly more often than a stranger's; but it does merge spouses.
        {{ name_relation('a', 'b') }} not in ('family', 'given', 'different')
            or (links.rule = 'vendor_merge' and {{ name_relation('a', 'b') }} <> 'family') as is_person_link
    from {{ ref('int_identities__links') }} as links
    inner join {{ ref('int_identities__records') }} as a on a.record_key = links.left_key
    inner join {{ ref('int_identities__records') }} as b on b.record_key = links.right_key
),

ruled_pairs as (
    select
        least(left_key, right_key) as left_key,
        greatest(left_key, right_key) as right_key,
        bool_or(is_person_link) as is_person_link
    from ruled
    group by least(left_key, right_key), greatest(left_key, right_key)
),

-- Pairs that no single value joins but all fields together do. What a rule has joined already needs no second reason.
scored as (
    select
        scored.left_key,
        scored.right_key,
        'profile' as evidence_kind,
        scored.both_profiles as evidence_value,
        scored.relation,
        scored.is_left_ambiguous,
        scored.is_right_ambiguous,
        'alike_in_many_fields' as rule,
        0.5 + 0.4 * scored.match_probability as weight,
        scored.relation = 'same' and scored.given_name_level >= 3 and scored.surname_level >= 2 as is_person_link
    from {{ ref('int_identities__scored') }} as scored
    -- By keys alone: with a condition on both sides in the join DuckDB compares every pair with every other.
    left join ruled_pairs on ruled_pairs.left_key = scored.left_key and ruled_pairs.right_key = scored.right_key
    where ruled_pairs.left_key is null
        or (scored.relation = 'same' and not ruled_pairs.is_person_link)
),

edges as (
    select left_key, right_key, evidence_kind, evidence_value, relation, rule, weight, is_person_link,
        is_left_ambiguous, is_right_ambiguous
    from ruled
    union all
    select left_key, right_key, evidence_kind, evidence_value, relation, rule, weight, is_person_link,
        is_left_ambiguous, is_right_ambiguous
    from scored
    union all
    select left_key, right_key, evidence_kind, evidence_value, relation, rule, weight, is_person_link,
        is_left_ambiguous, is_right_ambiguous
    from linked
),

-- "Smith" or "J Smith" fits both spouses. Such a record joins the one person that fits best, or it would glue
-- the two.
ambiguous_choices as (
    select record_key, other_key
    from (
        select left_key as record_key, right_key as other_key, weight from edges where is_person_link and is_left_ambiguous
            and not is_right_ambiguous
        union all
        select right_key, left_key, weight from edges where is_person_link and is_right_ambiguous and not is_left_ambiguous
    )
    qualify row_number() over (partition by record_key order by weight desc, other_key) = 1
)

select
    md5(least(edges.left_key, edges.right_key) || greatest(edges.left_key, edges.right_key) || edges.rule
        || coalesce(edges.evidence_value, '')) as edge_key,
    edges.left_key,
    edges.right_key,
    edges.rule,
    cast(edges.weight as double) as weight,
    edges.is_person_link and case
        when edges.is_left_ambiguous = edges.is_right_ambiguous then true
        when edges.is_left_ambiguous then left_choices.other_key is not null
        else right_choices.other_key is not null
    end as is_person_link,
    edges.relation as name_relation,
    edges.evidence_kind,
    edges.evidence_value,
    case edges.evidence_kind
        when 'link' then edges.evidence_value
        when 'profile' then 'alike in name, number and place taken together: ' || edges.evidence_value
        else 'both have ' || edges.evidence_kind || ' ' || edges.evidence_value || case edges.relation
            when 'same' then ' and the same name'
            when 'business' then ' and the same business name'
            when 'partial' then ' and names that agree as far as they are known'
            when 'family' then ' and the same family name'
            when 'given' then ' and the same given name'
            when 'unknown' then '; one of them has no name'
            else '; their names differ'
        end
    end as evidence
from edges
left join ambiguous_choices as left_choices
    on left_choices.record_key = edges.left_key and left_choices.other_key = edges.right_key
left join ambiguous_choices as right_choices
    on right_choices.record_key = edges.right_key and right_choices.other_key = edges.left_key
