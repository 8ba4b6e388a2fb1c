{#- Rung "raw = staging" of the control totals: per account, the staging model holds as many rows as its raw tables say
    it must, and the same money. Returns the accounts where it does not, with both figures.

    `raw`: one entry per raw table that makes rows of the model: `table` ('platform.object'); `rows`, how many rows one
    raw row makes (SQL over its columns; default 1); `amount`, the money that it holds (SQL; default 0).
    `amount`: the money of one row of the model (SQL over its columns), which must add up to the same.
    The SQL over raw reads JSON by path, not by the struct that the model reads, so that one mistake is not made
    twice. -#}
{% test conserves_raw(model, raw, amount="0") %}
with raw as (
    {%- for each in raw %}
    {%- set platform, table = each.table.split('.') %}
    select
        account_id,
        {{ each.rows or "1" }} as row_count,
        {{ each.amount or "0" }} as amount
    from {{ source(platform, table) }} as held
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

raw_totals as (
    select account_id, sum(row_count) as row_count, sum(amount) as amount
    from raw
    group by account_id
),

staged_totals as (
    select account_id, count(*) as row_count, sum({{ amount }}) as amount
    from {{ model }}
    group by account_id
)

select
    coalesce(raw_totals.account_id, staged_totals.account_id) as account_id,
    coalesce(raw_totals.row_count, 0) as raw_rows,
    coalesce(staged_totals.row_count, 0) as staged_rows,
    coalesce(raw_totals.amount, 0) as raw_amount,
    coalesce(staged_totals.amount, 0) as staged_amount
from raw_totals
full outer join staged_totals on staged_totals.account_id = raw_totals.account_id
where coalesce(raw_totals.row_count, 0) <> coalesce(staged_totals.row_count, 0)
    or coalesce(raw_totals.amount, 0) <> coalesce(staged_totals.amount, 0)
{% endtest %}
