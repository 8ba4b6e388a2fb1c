{#- How far one field of two records agrees, as a small number: -1 nothing to compare, 0 differs, and upward the
    better. Each level has weights of its own in the seed identity_weights; the training program reads these macros
    too, so the two cannot disagree. `a` and `b` are aliases of int_identities__profiles. -#}

{#- At most `edits` letters wrong, missing, added or swapped. Counting edits is dear, so it is done only for texts of
    one length that differ in few places, or of one beginning; the nested cases keep DuckDB from counting for every pair. -#}
{% macro is_near(left, right, edits) -%}
    case
        when length({{ left }}) = length({{ right }})
            then case
                when hamming({{ left }}, {{ right }}) <= 2 * {{ edits }}
                    then damerau_levenshtein({{ left }}, {{ right }}) <= {{ edits }}
                else false
            end
        when abs(length({{ left }}) - length({{ right }})) <= {{ edits }} and left({{ left }}, 3) = left({{ right }}, 3)
            then damerau_levenshtein({{ left }}, {{ right }}) <= {{ edits }}
        else false
    end
{%- endmacro %}

{#- 4 equal; 3 nickname or typo; 2 similar, or one is an initial; 1 the names are swapped, each like the other's
    other name; 0 differs. One such likeness alone is chance: Roger Diaz is not Helen Rogers. -#}
{% macro given_name_level(a, b) -%}
    case
        when {{ a }}.given_name is null or {{ b }}.given_name is null then -1
        when {{ a }}.given_name = {{ b }}.given_name then 4
        when list_has_any({{ a }}.given_roots, {{ b }}.given_roots)
            or jaro_winkler_similarity({{ a }}.given_name, {{ b }}.given_name) >= 0.9 then 3
        when jaro_winkler_similarity({{ a }}.given_name, {{ b }}.given_name) >= 0.78
            or (least(length({{ a }}.given_name), length({{ b }}.given_name)) = 1
                and left({{ a }}.given_name, 1) = left({{ b }}.given_name, 1)) then 2
        when least(jaro_winkler_similarity({{ a }}.given_name, {{ b }}.surname),
                jaro_winkler_similarity({{ a }}.surname, {{ b }}.given_name)) >= 0.8
            and greatest(jaro_winkler_similarity({{ a }}.given_name, {{ b }}.surname),
                jaro_winkler_similarity({{ a }}.surname, {{ b }}.given_name)) >= 0.9 then 1
        else 0
    end
{%- endmacro %}

{#- 3 equal; 2 typo, or a part of a double name; 1 similar; 0 differs. A family name that is like the other's given name is
    nothing to compare here: of a swap given_name_level has the one observation, and short of one it is chance. -#}
{% macro surname_level(a, b) -%}
    case
        when {{ a }}.surname is null or {{ b }}.surname is null then -1
        when {{ a }}.surname = {{ b }}.surname then 3
        when list_has_any({{ a }}.surname_words, {{ b }}.surname_words)
            or jaro_winkler_similarity({{ a }}.surname, {{ b }}.surname) >= 0.92 then 2
        when jaro_winkler_similarity({{ a }}.surname, {{ b }}.surname) >= 0.8 then 1
        when jaro_winkler_similarity({{ a }}.given_name, {{ b }}.surname) >= 0.9
            or jaro_winkler_similarity({{ a }}.surname, {{ b }}.given_name) >= 0.9 then -1
        else 0
    end
{%- endmacro %}

{#- 2 one number of each is equal; 1 their first numbers are a digit or a swap apart; 0 differs. -#}
{% macro phone_level(a, b) -%}
    case
        when {{ a }}.phone is null or {{ b }}.phone is null then -1
        when list_has_any({{ a }}.phones, {{ b }}.phones) then 2
        when {{ is_near(a ~ '.phone', b ~ '.phone', 1) }} then 1
        else 0
    end
{%- endmacro %}

{#- 2 one mailbox of each is equal; 1 their first mailboxes are nearly the same; 0 differs. Mailboxes that differ in
    digits alone are two: ann.birk7 and ann.birk8 are namesakes who came seventh and eighth, and say no more than the name. -#}
{% macro email_level(a, b) -%}
    case
        when {{ a }}.email is null or {{ b }}.email is null then -1
        when list_has_any({{ a }}.emails, {{ b }}.emails) then 2
        when {{ is_near(a ~ '.email', b ~ '.email', 2) }}
            and translate({{ a }}.email, '0123456789', '') <> translate({{ b }}.email, '0123456789', '') then 1
        else 0
    end
{%- endmacro %}

{#- 3 equal; 2 a typo; 1 similar; 0 differs. -#}
{% macro street_level(a, b) -%}
    case
        when {{ a }}.street is null or {{ b }}.street is null then -1
        when {{ a }}.street = {{ b }}.street then 3
        when jaro_winkler_similarity({{ a }}.street, {{ b }}.street) >= 0.94 then 2
        when jaro_winkler_similarity({{ a }}.street, {{ b }}.street) >= 0.85 then 1
        else 0
    end
{%- endmacro %}

{#- 2 equal; 1 a digit or a swap apart; 0 differs. -#}
{% macro house_number_level(a, b) -%}
    case
        when {{ a }}.house_number is null or {{ b }}.house_number is null then -1
        when {{ a }}.house_number = {{ b }}.house_number then 2
        when length({{ a }}.house_number) + length({{ b }}.house_number) < 4 then 0
        -- As in is_near: most numbers of one length differ in more digits than a slip of one does.
        when length({{ a }}.house_number) = length({{ b }}.house_number)
            then case
                when hamming({{ a }}.house_number, {{ b }}.house_number) > 2 then 0
                when damerau_levenshtein({{ a }}.house_number, {{ b }}.house_number) <= 1 then 1
                else 0
            end
        when abs(length({{ a }}.house_number) - length({{ b }}.house_number)) > 1 then 0
        when damerau_levenshtein({{ a }}.house_number, {{ b }}.house_number) <= 1 then 1
        else 0
    end
{%- endmacro %}

{#- 2 equal; 1 nearly; 0 differs. -#}
{% macro unit_level(a, b) -%}
    case
        when {{ a }}.unit is null or {{ b }}.unit is null then -1
        when {{ a }}.unit = {{ b }}.unit then 2
        when length({{ a }}.unit) > 3 and jaro_winkler_similarity({{ a }}.unit, {{ b }}.unit) >= 0.9 then 1
        else 0
    end
{%- endmacro %}

{#- 2 equal; 1 one digit off; 0 differs. -#}
{% macro postal_code_level(a, b) -%}
    case
        when {{ a }}.postal_code is null or {{ b }}.postal_code is null then -1
        when {{ a }}.postal_code = {{ b }}.postal_code then 2
        when {{ is_near(a ~ '.postal_code', b ~ '.postal_code', 1) }} then 1
        else 0
    end
{%- endmacro %}

{#- 2 equal; 1 nearly; 0 differs. -#}
{% macro city_level(a, b) -%}
    case
        when {{ a }}.city is null or {{ b }}.city is null then -1
        when {{ a }}.city = {{ b }}.city then 2
        when jaro_winkler_similarity({{ a }}.city, {{ b }}.city) >= 0.9 then 1
        else 0
    end
{%- endmacro %}

{#- The comparisons of the Fellegi-Sunter model: the SQL of each one's level, its best level, and whether the best one
    is weighed by how common the value is. -#}
{% macro identity_comparisons() -%}
    {%- do return({
        'given_name': {'level': given_name_level('a', 'b'), 'levels': 4, 'by_frequency': true},
        'surname': {'level': surname_level('a', 'b'), 'levels': 3, 'by_frequency': true},
        'phone': {'level': phone_level('a', 'b'), 'levels': 2, 'by_frequency': false},
        'email': {'level': email_level('a', 'b'), 'levels': 2, 'by_frequency': false},
        'street': {'level': street_level('a', 'b'), 'levels': 3, 'by_frequency': true},
        'house_number': {'level': house_number_level('a', 'b'), 'levels': 2, 'by_frequency': false},
        'unit': {'level': unit_level('a', 'b'), 'levels': 2, 'by_frequency': true},
        'postal_code': {'level': postal_code_level('a', 'b'), 'levels': 2, 'by_frequency': true},
        'city': {'level': city_level('a', 'b'), 'levels': 2, 'by_frequency': true},
    }) -%}
{%- endmacro %}
