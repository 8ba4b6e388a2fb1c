{#- Text reduced to lower-case words of letters and digits; a comma and "&" stay, because they tell name order and
    couples. -#}
{% macro name_text(value) -%}
    trim(regexp_replace(regexp_replace(regexp_replace(lower(strip_accents(coalesce({{ value }}, ''))),
        '[''’`.]', '', 'g'), '([,&])', ' \1 ', 'g'), '[^a-z0-9,&]+', ' ', 'g'))
{%- endmacro %}

{#- Words of a cleaned name without titles and generation suffixes: they differ between two entries of one person. -#}
{% macro name_words(cleaned) -%}
    list_filter(string_split({{ cleaned }}, ' '), lambda word: word not in
        ('', 'mr', 'mrs', 'ms', 'miss', 'dr', 'prof', 'rev', 'jr', 'sr', 'ii', 'iii', 'iv', 'esq', 'md', 'phd'))
{%- endmacro %}

{#- A business name without legal form and filler, so that "The Oak Grill, LLC" is "oak grill". -#}
{% macro business_text(cleaned) -%}
    nullif(array_to_string(list_filter(string_split({{ cleaned }}, ' '), lambda word: word not in
        ('', ',', '&', 'and', 'the', 'of', 'llc', 'inc', 'incorporated', 'co', 'corp', 'corporation', 'company', 'ltd',
         'limited', 'lp', 'llp', 'pllc', 'dba')), ' '), '')
{%- endmacro %}

{#- One letter wrong, missing, added or swapped; short words must be equal, because "Ann" and "Ian" are no typo. -#}
{% macro is_typo(left, right) -%}
    (length({{ left }}) >= 4 and length({{ right }}) >= 4
        and abs(length({{ left }}) - length({{ right }})) <= 1
        and damerau_levenshtein({{ left }}, {{ right }}) <= 1)
{%- endmacro %}

{% macro surnames_agree(a, b) -%}
    ({{ a }}.surname = {{ b }}.surname
        or list_has_any({{ a }}.surname_words, {{ b }}.surname_words)
        or {{ is_typo(a ~ '.surname', b ~ '.surname') }})
{%- endmacro %}

{% macro given_names_agree(a, b) -%}
    (list_has_any({{ a }}.given_roots, {{ b }}.given_roots)
        or {{ is_typo(a ~ '.given_name', b ~ '.given_name') }}
        or (least(length({{ a }}.given_name), length({{ b }}.given_name)) = 1
            and left({{ a }}.given_name, 1) = left({{ b }}.given_name, 1)))
{%- endmacro %}

{#- How the names of two records (or name groups) stand to each other:
    same: one person's name, allowing nicknames, initials, swapped order and one typo;
    business: the same business; partial: what both have agrees; unknown: nothing to compare;
    family: only the family name agrees, possibly typed in the wrong order; given: only the given name agrees;
    different: nothing agrees. -#}
{% macro name_relation(a, b) -%}
    case
        when {{ a }}.business_name = {{ b }}.business_name then 'business'
        when coalesce({{ a }}.surname, {{ a }}.given_name) is null
            or coalesce({{ b }}.surname, {{ b }}.given_name) is null
            then case when {{ a }}.business_name <> {{ b }}.business_name then 'different' else 'unknown' end
        when {{ a }}.given_name = {{ b }}.surname and {{ a }}.surname = {{ b }}.given_name then 'same'
        when {{ surnames_agree(a, b) }} and {{ given_names_agree(a, b) }} then 'same'
        when {{ surnames_agree(a, b) }} and ({{ a }}.given_name is null or {{ b }}.given_name is null) then 'partial'
        when {{ given_names_agree(a, b) }} and ({{ a }}.surname is null or {{ b }}.surname is null) then 'partial'
        -- A single word may be either name.
        when ({{ a }}.surname is null and {{ a }}.given_name = {{ b }}.surname)
            or ({{ b }}.surname is null and {{ b }}.given_name = {{ a }}.surname) then 'partial'
        when {{ surnames_agree(a, b) }} then 'family'
        when {{ a }}.surname = {{ b }}.given_name or {{ a }}.given_name = {{ b }}.surname then 'family'
        when {{ given_names_agree(a, b) }} then 'given'
        when ({{ a }}.given_name is null and {{ b }}.surname is null)
            or ({{ b }}.given_name is null and {{ a }}.surname is null) then 'unknown'
        else 'different'
    end
{%- endmacro %}

{#- One spelling of a whole name: the columns first_name, last_name, full_name and company_name, and whether the vendor
    calls the customer commercial. -#}
{% macro name_text_key(is_commercial) -%}
    md5(concat_ws(chr(31), coalesce(first_name, ''), coalesce(last_name, ''), coalesce(full_name, ''),
        coalesce(company_name, ''), case when {{ is_commercial }} then '1' else '0' end))
{%- endmacro %}
