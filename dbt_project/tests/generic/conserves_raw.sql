{#- Rung "raw = staging" of the control totals: per account, the staging model holds as many rows as the raw table says it
    must, and the same money. Returns the accounts where it does not, with both figures.

    raw_table: 'platform.object'. raw_rows: rows that one raw row makes (SQL over payload and removed_at; default 1).
    raw_amount, amount: the money that one raw row holds (SQL over payload), and the model's column that must sum to it. -#}
{% test conserves_raw(model, raw_table, raw_rows="1", raw_amount=none, amount=none) %}
{%- set platform, table = raw_table.split('.') %}
with raw as (
    select
        account_id,
        sum({{ raw_rows }}) as rows,
        sum({{ raw_amount or "0" }}) as amount
    from {{ source(platform, table) }}
    group by account_id
),

staged as (
    select
        account_id,
        count(*) as rows,
        coalesce(sum({{ amount or "0" }}), 0) as amount
    from {{ model }}
    group by account_id
)

select
    coalesce(raw.account_id, staged.account_id) as account_id,
    coalesce(raw.rows, 0) as raw_rows,
    coalesce(staged.rows, 0) as staged_rows,
    coalesce(raw.amount, 0) as raw_amount,
    coalesce(staged.amount, 0) as staged_amount
from raw
full outer join staged on staged.account_id = raw.account_id
where coalesce(raw.rows, 0) <> coalesce(staged.rows, 0)
   or coalesce(raw.amount, 0) <> coalesce(staged.amount, 0)
{% endtest %}
