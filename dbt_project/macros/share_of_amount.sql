{#- `amount` x `part` / `whole`, rounded half away from zero to the cent, in integers: a decimal division is a float
    here. Zero where there is no whole. Part and whole have the same sign. DuckDB only: `//` and hugeint. -#}
{% macro share_of_amount(amount, part, whole) -%}
    case when coalesce({{ whole }}, 0) = 0 then cast(0 as decimal(18, 2))
    else cast(
        sign({{ amount }}) * (
            (
                2 * cast(abs({{ amount }}) * 100 as hugeint) * cast(abs({{ part }}) * 100 as hugeint)
                + cast(abs({{ whole }}) * 100 as hugeint)
            ) // (2 * cast(abs({{ whole }}) * 100 as hugeint))
        ) as decimal(16, 0)) * cast(0.01 as decimal(3, 2))
    end
{%- endmacro %}
