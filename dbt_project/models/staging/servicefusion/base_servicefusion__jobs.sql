{#- Lines of the work itself; what stands in `tax` there is the name of a rate, not an amount. -#}
{%- set line_fields = text_fields(['name', 'description', 'multiplier', 'rate', 'total', 'cost', 'tax']) -%}

with parsed as (
    select
        *,
        {{ json_fields('payload', text_fields(
            ['number', 'status', 'sub_status', 'category', 'source', 'priority', 'description', 'payment_status', 'total',
             'due_total', 'drive_labor_total', 'billable_expenses_total', 'taxes_fees_total', 'duration',
             'time_frame_promised_start', 'time_frame_promised_end', 'start_date', 'created_at', 'updated_at',
             'closed_at', 'customer_name', 'contract', 'project', 'po_number'],
            {
                'agents': [text_fields(['id'])],
                'techs_assigned': [text_fields(['id'])],
                'services': [line_fields],
                'products': [line_fields],
                'other_charges': [text_fields(['name', 'rate', 'total', 'is_discount'])],
                'payments': [text_fields(
                    ['transaction_type', 'transaction_id', 'payment_transaction_id', 'original_transaction_id', 'amount',
                     'memo', 'reference_number', 'received_on', 'created_at', 'updated_at', 'type', 'invoice_id']
                )],
                'invoices': [text_fields(
                    ['id', 'number', 'total', 'is_paid', 'date', 'created_at', 'updated_at', 'bill_to_customer_id']
                )],
                'visits': [text_fields(
                    ['start_date', 'time_frame_promised_start', 'time_frame_promised_end', 'duration', 'status'],
                    {'techs_assigned': [text_fields(['id'])]}
                )]
            }
        )) }} as job
    from {{ source('servicefusion', 'jobs') }}
),

priced as (
    select
        *,
        len(job.services) + len(job.products) + len(job.other_charges) as line_count,
        cast(job.total as decimal(18, 2)) as total_amount,
        cast(
            coalesce(list_sum(list_transform(job.services, line -> cast(line.total as decimal(18, 2)))), 0)
            + coalesce(list_sum(list_transform(job.products, line -> cast(line.total as decimal(18, 2)))), 0)
            -- The sign of a discount is not documented.
            + coalesce(list_sum(list_transform(job.other_charges, line ->
                case
                    when line.is_discount = 'true' then -abs(cast(line.total as decimal(18, 2)))
                    else cast(line.total as decimal(18, 2))
                end)), 0)
            + coalesce(cast(job.drive_labor_total as decimal(18, 2)), 0)
            + coalesce(cast(job.billable_expenses_total as decimal(18, 2)), 0)
            as decimal(18, 2)
        ) as lines_amount
    from parsed
),

-- Tax is no field of its own (taxes_fees_total repeats the total): it is what the total has beyond its lines. Without
-- lines, or with more in them than in the total, it cannot be told apart.
taxed as (
    select
        *,
        case
            when total_amount = 0 and line_count = 0 then cast(0 as decimal(18, 2))
            when line_count > 0 then least(lines_amount, total_amount)
        end as subtotal_amount
    from priced
),

-- An open job's closed_at is null, 0 or a date before anything.
dated as (
    select
        taxed.*,
        'servicefusion' as platform,
        accounts.timezone,
        accounts.naive_tz,
        {{ doubtful_timestamp('taxed.job.created_at', 'accounts.naive_tz') }} as booked_at,
        {{ doubtful_timestamp('taxed.job.updated_at', 'accounts.naive_tz') }} as updated_at,
        {{ doubtful_timestamp(
            "case when taxed.job.closed_at >= '2000' then taxed.job.closed_at end", 'accounts.naive_tz'
        ) }} as closed_at,
        -- The calendar is in the company's own time, whatever the stamps are.
        {{ utc_from_local(
            "taxed.job.start_date[:10] || ' ' || coalesce(taxed.job.time_frame_promised_start, '00:00')",
            'accounts.timezone'
        ) }} as scheduled_start_at,
        list_max(list_transform(taxed.job.visits, visit ->
            cast(visit.start_date[:10] || ' ' || coalesce(visit.time_frame_promised_start, '00:00') as timestamp)
            + coalesce(cast(visit.duration as integer), 0) * interval '1 second'
        )) as last_visit_ends_at_local
    from taxed
    left join {{ ref('base_servicefusion__accounts') }} as accounts on accounts.account_id = taxed.account_id
),

scheduled as (
    select
        *,
        scheduled_start_at + cast(job.duration as integer) * interval '1 second' as scheduled_end_at,
        cast((last_visit_ends_at_local at time zone timezone) at time zone 'UTC' as timestamp) as last_visit_ends_at
    from dated
)

select
    scheduled.*,
    owners.customer_native_id,
    owners.customer_link,
    owners.location_native_id,
    coalesce(
        statuses.job_status, {{ canonical_value('servicefusion', 'job_status.name', 'trim(scheduled.job.status)') }}
    ) as job_status
from scheduled
left join {{ ref('base_servicefusion__owners') }} as owners
    on owners.account_id = scheduled.account_id
    and owners.native_id = scheduled.native_id
    and owners.object_name = 'jobs'
left join {{ ref('base_servicefusion__statuses') }} as statuses
    on statuses.account_id = scheduled.account_id and statuses.status_name = lower(trim(scheduled.job.status))
