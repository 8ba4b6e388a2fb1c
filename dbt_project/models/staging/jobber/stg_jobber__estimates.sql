with quotes as (
    select
        *,
        'jobber' as platform,
        {{ json_fields('payload', text_fields(
            ['quoteNumber', 'quoteStatus', 'title', 'sentAt', 'jobberWebUri', 'createdAt', 'updatedAt'],
            {
                'client': text_fields(['id']),
                'property': text_fields(['id']),
                'request': text_fields(['id']),
                'lastTransitioned': text_fields(['approvedAt', 'convertedAt']),
                'amounts': text_fields(['subtotal', 'discountAmount', 'taxAmount', 'total', 'depositAmount']),
                'lineItems': {'nodes': [text_fields(
                    ['id', 'name', 'quantity', 'unitPrice', 'totalPrice', 'optional']
                )]}
            }
        )) }} as quote
    from {{ source('jobber', 'quotes') }}
),

mapped as (
    select
        *,
        {{ canonical_value('jobber', 'quote.quoteStatus', 'quote.quoteStatus') }} as estimate_status
    from quotes
),

timed as (
    select
        mapped.*,
        case when estimate_status = 'sold' then
            {{ utc_timestamp('coalesce(quote.lastTransitioned.approvedAt, quote.lastTransitioned.convertedAt,'
                ~ ' quote.updatedAt)') }}
        end as sold_at,
        accounts.timezone
    from mapped
    left join {{ ref('stg_operator__accounts') }} as accounts
        on accounts.platform = mapped.platform and accounts.account_id = mapped.account_id
)

select
    {{ entity_key('platform', 'account_id', 'native_id') }} as estimate_key,
    platform,
    account_id,
    native_id,
    quote.jobberWebUri as native_url,
    {{ utc_timestamp('quote.createdAt') }} as created_at,
    {{ utc_timestamp('quote.updatedAt') }} as updated_at,
    removed_at is not null as is_deleted,
    -- Alternatives are quotes under one number, which is unique for a client at most.
    quote.client.id || '|' || quote.quoteNumber as estimate_group_id,
    quote.title as option_name,
    -- A quote names a request, never the visit it was made on.
    cast(null as varchar) as job_key,
    {{ entity_key('platform', 'account_id', 'quote.client.id') }} as customer_key,
    {{ entity_key('platform', 'account_id', 'quote.property.id') }} as location_key,
    estimate_status,
    quote.quoteStatus as vendor_quote_status,
    {{ utc_timestamp('coalesce(quote.sentAt, quote.createdAt)') }} as offered_at,
    sold_at,
    {{ business_date('sold_at', 'timezone') }} as sold_on,
    cast(quote.amounts.total as decimal(18, 2)) - cast(quote.amounts.taxAmount as decimal(18, 2)) as subtotal_amount,
    cast(quote.amounts.taxAmount as decimal(18, 2)) as tax_amount,
    cast(quote.amounts.total as decimal(18, 2)) as total_amount,
    cast(null as varchar) as sold_by_technician_key,
    {{ json_object({
        'quote_number': 'quote.quoteNumber',
        'request_native_id': 'quote.request.id',
        'discount_amount': 'quote.amounts.discountAmount',
        'deposit_amount': 'quote.amounts.depositAmount',
        'lines': 'quote.lineItems.nodes'
    }) }} as vendor_attributes,
    changed_at as _loaded_at
from timed
