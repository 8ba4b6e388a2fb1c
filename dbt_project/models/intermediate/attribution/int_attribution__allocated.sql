-- Every ledger entry split over the credited touches, to the cent. What is split is the running total of the conversion,
-- and an entry gets the difference to the total before it. So entries add up to the ledger, each touch's sum is within a
-- cent of its exact share however many entries there are, earlier entries never change, and a full refund nets to zero.
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='sync_all_columns',
    pre_hook="{{ forget_outdated('int_conversions__fingerprinted', 'credit_fingerprint') }}"
) }}
with credits as (
    select * from {{ ref('int_attribution__credited') }}
    where {{ is_outdated('fingerprint') }}
),

entries as (
    select * from {{ ref('int_revenue_entries__unioned') }} where is_revenue
),

-- One touch takes the whole entry, under whatever model.
whole as (
    select
        credits.models,
        credits.fingerprint,
        credits.conversion_key,
        credits.touch_key,
        entries.entry_key,
        entries.entry_type,
        entries.is_reversal,
        entries.event_on,
        entries.amount
    from credits
    inner join entries on entries.conversion_key = credits.conversion_key
    where credits.weight = 1
),

-- The running totals of what several touches share, which are few of all.
totalled as (
    select
        conversion_key,
        entry_key,
        entry_type,
        is_reversal,
        event_on,
        row_number() over (
            partition by conversion_key, entry_type
            order by event_at, is_reversal, entry_key
        ) as entry_number,
        cast(sum(amount) over (
            partition by conversion_key, entry_type
            order by event_at, is_reversal, entry_key
            rows between unbounded preceding and current row
        ) as decimal(18, 2)) as running_amount
    from entries
    where conversion_key in (select conversion_key from credits where weight < 1)
),

shared as (
    select
        credits.models,
        credits.fingerprint,
        credits.conversion_key,
        credits.touch_key,
        credits.touch_position,
        credits.weight,
        totalled.entry_key,
        totalled.entry_type,
        totalled.is_reversal,
        totalled.event_on,
        totalled.entry_number,
        totalled.running_amount
    from credits
    inner join totalled on totalled.conversion_key = credits.conversion_key
    where credits.weight < 1
),

running as (
    select * from {{ largest_remainder(
        'shared',
        partition_by='models, entry_key',
        weight='weight',
        amount='running_amount',
        order_by='touch_position',
        into='running_credit'
    ) }}
)

select
    models,
    fingerprint,
    conversion_key,
    touch_key,
    entry_key,
    entry_type,
    is_reversal,
    event_on,
    cast(amount as decimal(18, 2)) as amount
from whole

union all

select
    models,
    fingerprint,
    conversion_key,
    touch_key,
    entry_key,
    entry_type,
    is_reversal,
    event_on,
    cast(
        running_credit - coalesce(
            lag(running_credit) over (
                partition by models, conversion_key, entry_type, touch_position order by entry_number
            ),
            0
        ) as decimal(18, 2)
    )
from running
