{#- Providers that deliver "j.doe+hvac@" and "jdoe@" to one mailbox lose dots and tags; elsewhere a dot is another
    person. -#}
{% macro normalized_email(value) -%}
    case
        when not regexp_full_match({{ value }}, '[^@\s]+@[^@\s]+\.[^@\s.]+') then null
        when split_part({{ value }}, '@', 2) in ('gmail.com', 'googlemail.com')
            then replace(split_part(split_part({{ value }}, '@', 1), '+', 1), '.', '') || '@gmail.com'
        when split_part({{ value }}, '@', 2) in
            ('outlook.com', 'hotmail.com', 'live.com', 'icloud.com', 'me.com', 'fastmail.com', 'proton.me',
             'protonmail.com')
            then split_part(split_part({{ value }}, '@', 1), '+', 1) || '@' || split_part({{ value }}, '@', 2)
        else {{ value }}
    end
{%- endmacro %}
