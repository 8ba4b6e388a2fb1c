{%- set line_fields = text_fields(['total']) -%}

with parsed as (
    select
        *,
        {{ json_fields('payload', text_fields(
            ['number', 'status', 'sub_status', 'description', 'category', 'source', 'total', 'created_at', 'updated_at',
             'opportunity_rating', 'opportunity_owner', 'start_date'],
            {
                'techs_assigned': [text_fields(['id'])],
                'services': [line_fields],
                'products': [line_fields],
                'other_charges': [text_fields(['total', 'is_discount'])],
                'payments': [text_fields(
                    ['transaction_type', 'transaction_id', 'payment_transaction_id', 'original_transaction_id', 'amount',
                     'memo', 'reference_number', 'received_on', 'created_at', 'updated_at', 'type', 'invoice_id']
                )],
                'tags': [text_fields(['tag'])]
            }
        )) }} as estimate
    from {{ source('servicefusion', 'estimates') }}
),

priced as (
    select
        *,
        len(estimate.services) + len(estimate.products) + len(estimate.other_charges) as line_count,
        cast(estimate.total as decimal(18, 2)) as total_amount,
        cast(
            coalesce(list_sum(list_transform(estimate.services, line -> cast(line.total as decimal(18, 2)))), 0)
            + coalesce(list_sum(list_transform(estimate.products, line -> cast(line.total as decimal(18, 2)))), 0)
            + coalesce(list_sum(list_transform(estimate.other_charges, line ->
                case
                    when line.is_discount = 'true' then -abs(cast(line.total as decimal(18, 2)))
                    else cast(line.total as decimal(18, 2))
                end)), 0)
            as decimal(18, 2)
        ) as lines_amount
    from parsed
)

select
    priced.*,
    'servicefusion' as platform,
    accounts.timezone,
    accounts.naive_tz,
    owners.customer_native_id,
    owners.customer_link,
    owners.location_native_id,
    -- As for jobs: tax is what the total has beyond its lines.
    case when priced.line_count > 0 then least(priced.lines_amount, priced.total_amount) end as subtotal_amount,
    {{ canonical_value('servicefusion', 'estimate.status', 'trim(priced.estimate.status)') }} as estimate_status,
    {{ doubtful_timestamp('priced.estimate.created_at', 'accounts.naive_tz') }} as offered_at,
    {{ doubtful_timestamp('priced.estimate.updated_at', 'accounts.naive_tz') }} as updated_at
from priced
left join {{ ref('base_servicefusion__accounts') }} as accounts on accounts.account_id = priced.account_id
left join {{ ref('base_servicefusion__owners') }} as owners
    on owners.account_id = priced.account_id
    and owners.native_id = priced.native_id
    and owners.object_name = 'estimates'
