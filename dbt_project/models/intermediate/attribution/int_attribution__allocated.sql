-- Every ledger entry split over the credited touches, to the cent. What is split is the running total of the conversion,
-- and an entry gets the difference to the total before it. So entries add up to the ledger, each touch's sum is within a
-- cent of its exact share however many entries there are, earlier entries never change, and a full refund nets to zero.
with entries as (
    select
        conversion_key,
        entry_key,
        entry_type,
        is_reversal,
        amount,
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
    from {{ ref('int_revenue_entries__unioned') }}
),

-- One touch takes the whole entry, under whatever model.
whole as (
    select
        credits.models,
        credits.conversion_key,
        credits.touch_key,
        entries.entry_key,
        entries.entry_type,
        entries.is_reversal,
        entries.event_on,
        entries.amount
    from {{ ref('int_attribution__credited') }} as credits
    inner join entries on entries.conversion_key = credits.conversion_key
    where credits.weight = 1
),

shared as (
    select
        credits.models,
        credits.conversion_key,
        credits.touch_key,
        credits.touch_position,
        credits.weight,
        entries.entry_key,
        entries.entry_type,
        entries.is_reversal,
        entries.event_on,
        entries.entry_number,
        entries.running_amount
    from {{ ref('int_attribution__credited') }} as credits
    inner join entries on entries.conversion_key = credits.conversion_key
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
