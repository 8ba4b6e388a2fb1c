-- The ladder above staging: each rung counts and sums the same thing on two neighbouring levels, by account. (Below it,
-- the vendor's own totals against raw are checked by orchestration, raw against staging by the tests of each staging
-- model, and staging against the unions by assert_unions_hold_every_staging_row.)
with conformed as (
    select 'jobs' as entity, platform, account_id, count(*) as row_count, coalesce(sum(total_amount), 0) as amount
    from {{ ref('int_jobs__unioned') }} where not is_deleted group by platform, account_id
    union all
    select 'invoices', platform, account_id, count(*), coalesce(sum(total_amount), 0)
    from {{ ref('int_invoices__unioned') }} where not is_deleted group by platform, account_id
    union all
    select 'payments', platform, account_id, count(*), coalesce(sum(amount), 0)
    from {{ ref('int_payments__unioned') }} where not is_deleted group by platform, account_id
),

facts as (
    select 'jobs' as entity, platform, account_id, count(*) as row_count, coalesce(sum(total_amount), 0) as amount
    from {{ ref('fct_jobs') }} group by platform, account_id
    union all
    select 'invoices', platform, account_id, count(*), coalesce(sum(total_amount), 0)
    from {{ ref('fct_invoices') }} group by platform, account_id
    union all
    select 'payments', platform, account_id, count(*), coalesce(sum(amount), 0)
    from {{ ref('fct_payments') }} group by platform, account_id
),

-- Facts and ledger meet in money that counts: a void nets to nothing in the ledger, and is left out of the fact's sum.
billed_facts as (
    select 'invoiced' as entity, platform, account_id, coalesce(sum(invoiced_amount), 0) as amount
    from {{ ref('fct_invoices') }} group by platform, account_id
    union all
    select 'collected', platform, account_id, coalesce(sum(collected_amount), 0)
    from {{ ref('fct_payments') }} group by platform, account_id
),

ledger as (
    select entry_type as entity, platform, account_id, coalesce(sum(amount), 0) as amount
    from {{ ref('fct_revenue_ledger') }}
    where is_revenue
    group by entry_type, platform, account_id
),

credited as (
    {%- for entry_type in ['booked', 'sold', 'completed', 'invoiced', 'collected'] %}
    select '{{ entry_type }}' as entity, model, platform, account_id, sum({{ entry_type }}_amount) as amount
    from {{ ref('fct_attribution') }}
    group by model, platform, account_id
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

models as (
    select distinct model from {{ ref('fct_attribution') }}
),

brand_ledger as (
    select entry_type as entity, brand_key, coalesce(sum(amount), 0) as amount
    from {{ ref('fct_revenue_ledger') }}
    group by entry_type, brand_key
),

reported as (
    {%- for report in ['rpt_channel_performance', 'rpt_campaign_performance'] %}
    {%- set outer_last = loop.last %}
    {%- for entry_type in ['booked', 'sold', 'completed', 'invoiced', 'collected'] %}
    select
        '{{ entry_type }} in {{ report }}, ' || view_basis || ' view, ' || model as entity,
        '{{ entry_type }}' as entry_type,
        view_basis,
        model,
        brand_key,
        sum({{ entry_type }}_amount) as amount
    from {{ ref(report) }}
    group by view_basis, model, brand_key
    {{ "union all" if not (loop.last and outer_last) }}
    {%- endfor %}
    {%- endfor %}
)

select
    '3 conformed = facts' as rung,
    coalesce(conformed.platform, facts.platform) as platform,
    coalesce(conformed.account_id, facts.account_id) as account_id,
    coalesce(conformed.entity, facts.entity) as entity,
    cast(coalesce(conformed.row_count, 0) as bigint) as left_rows,
    cast(coalesce(facts.row_count, 0) as bigint) as right_rows,
    cast(coalesce(conformed.amount, 0) as decimal(18, 2)) as left_amount,
    cast(coalesce(facts.amount, 0) as decimal(18, 2)) as right_amount
from conformed
full outer join facts
    on facts.entity = conformed.entity
    and facts.platform = conformed.platform
    and facts.account_id = conformed.account_id

union all

select
    '4 facts = ledger',
    coalesce(billed_facts.platform, ledger.platform),
    coalesce(billed_facts.account_id, ledger.account_id),
    coalesce(billed_facts.entity, ledger.entity),
    cast(null as bigint),
    cast(null as bigint),
    cast(coalesce(billed_facts.amount, 0) as decimal(18, 2)),
    cast(coalesce(ledger.amount, 0) as decimal(18, 2))
from billed_facts
full outer join (select * from ledger where entity in ('invoiced', 'collected')) as ledger
    on ledger.entity = billed_facts.entity
    and ledger.platform = billed_facts.platform
    and ledger.account_id = billed_facts.account_id

union all

-- Attributed plus unattributed: the unattributed rows are part of fct_attribution, so nothing may be left over.
select
    '5 ledger = attributed',
    coalesce(ledger_by_model.platform, credited.platform),
    coalesce(ledger_by_model.account_id, credited.account_id),
    coalesce(ledger_by_model.entity, credited.entity) || ', ' || coalesce(ledger_by_model.model, credited.model),
    cast(null as bigint),
    cast(null as bigint),
    cast(coalesce(ledger_by_model.amount, 0) as decimal(18, 2)),
    cast(coalesce(credited.amount, 0) as decimal(18, 2))
from (select ledger.*, models.model from ledger cross join models) as ledger_by_model
full outer join credited
    on credited.entity = ledger_by_model.entity
    and credited.model = ledger_by_model.model
    and credited.platform = ledger_by_model.platform
    and credited.account_id = ledger_by_model.account_id

union all

select
    '6 ledger = reports',
    cast(null as varchar),
    cast(null as varchar),
    reported.entity || ', ' || coalesce(reported.brand_key, 'no brand'),
    cast(null as bigint),
    cast(null as bigint),
    cast(coalesce(brand_ledger.amount, 0) as decimal(18, 2)),
    cast(coalesce(reported.amount, 0) as decimal(18, 2))
from reported
left join brand_ledger
    on brand_ledger.entity = reported.entry_type
    and brand_ledger.brand_key is not distinct from reported.brand_key
