{#- Splits an exact amount over weighted rows so that the parts add up to the amount, to the last unit.

    Largest remainder (Hamilton): every row gets its share rounded towards zero, and the units left over go one each to
    the rows that lost most, ties by `order_by`. Each part is therefore less than one unit from its exact share, a
    negative amount is split exactly like its positive mirror, and zero gives zeros.

    relation      name of a CTE or relation; its columns pass through
    partition_by  the rows that share one amount
    weight        column, exact decimals that add up to 1 within the partition
    amount        column, DECIMAL with at most `scale` digits; the same on every row of a partition
    order_by      what breaks ties, unique within the partition
    into          name of the new column, DECIMAL(18, scale)
    Returns a parenthesised select. Everything is decimal arithmetic: no float touches money. -#}
{% macro largest_remainder(relation, partition_by, weight, amount, order_by, into, scale=2) -%}
    {%- set units_per_one = 10 ** scale -%}
    (
        select
            * exclude (_units, _exact_units, _whole_units, _units_left, _remainder_rank),
            cast(
                sign(_units)
                * (_whole_units + case when _remainder_rank <= _units_left then 1 else 0 end)
                * cast({{ "0." ~ "0" * (scale - 1) ~ "1" if scale > 0 else "1" }} as decimal(12, {{ scale }}))
                as decimal(18, {{ scale }})
            ) as {{ into }}
        from (
            select
                *,
                abs(_units) - sum(_whole_units) over (partition by {{ partition_by }}) as _units_left,
                row_number() over (
                    partition by {{ partition_by }}
                    order by _exact_units - _whole_units desc, {{ order_by }}
                ) as _remainder_rank
            from (
                select
                    *,
                    cast(floor(_exact_units) as bigint) as _whole_units
                from (
                    select
                        *,
                        cast(abs(_units) as decimal(24, 0)) * cast({{ weight }} as decimal(13, 12)) as _exact_units
                    from (
                        select
                            *,
                            cast({{ amount }} * {{ units_per_one }} as bigint) as _units
                        from {{ relation }}
                    ) as _in_units
                ) as _shared
            ) as _floored
        ) as _ranked
    )
{%- endmacro %}
