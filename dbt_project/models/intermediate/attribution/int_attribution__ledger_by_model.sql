-- What each model must hand out: the ledger's totals, once per model. The tests of fct_attribution compare with this.
with ledger as (
    select
        sum(case when entry_type = 'booked' then amount else 0 end) as booked_amount,
        sum(case when entry_type = 'sold' then amount else 0 end) as sold_amount,
        sum(case when entry_type = 'completed' then amount else 0 end) as completed_amount,
        sum(case when entry_type = 'invoiced' then amount else 0 end) as invoiced_amount,
        sum(case when entry_type = 'collected' then amount else 0 end) as collected_amount
    from {{ ref('int_revenue_entries__unioned') }}
)

select models.model, ledger.*
from ledger
cross join {{ ref('attribution_models') }} as models
