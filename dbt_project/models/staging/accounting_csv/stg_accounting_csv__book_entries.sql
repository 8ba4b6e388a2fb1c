-- Lines are checked, and their amounts read, by ingestion.
with parsed as (
    select
        *,
        'accounting_csv' as platform,
        {{ json_fields('payload', text_fields(
            ['brand', 'number', 'reference', 'deposit', 'currency', 'note', 'file', 'extra'],
            {'normalised': text_fields(['kind', 'status', 'date', 'subtotal', 'tax', 'total', 'fee'])}
        )) }} as entry
    from {{ source('accounting_csv', 'entries') }}
)

select
    {{ entity_key('parsed.platform', 'parsed.account_id', 'parsed.native_id') }} as book_entry_key,
    parsed.platform,
    parsed.account_id,
    parsed.native_id,
    cast(null as varchar) as native_url,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at,
    parsed.removed_at is not null as is_deleted,
    brands.brand_key,
    entry.normalised.kind as entry_kind,
    entry.normalised.status as entry_status,
    entry.number as document_number,
    nullif(entry.reference, '') as dispatch_reference,
    nullif(entry.deposit, '') as deposit_number,
    cast(entry.normalised.date as date) as entry_on,
    cast(entry.normalised.subtotal as decimal(18, 2)) as subtotal_amount,
    cast(entry.normalised.tax as decimal(18, 2)) as tax_amount,
    cast(entry.normalised.total as decimal(18, 2)) as total_amount,
    cast(entry.normalised.fee as decimal(18, 2)) as fee_amount,
    {{ json_object({
        'brand': 'entry.brand',
        'currency': 'entry.currency',
        'note': 'entry.note',
        'file': 'entry.file',
        'extra': 'entry.extra'
    }) }} as vendor_attributes,
    parsed.changed_at as _loaded_at
from parsed
left join {{ ref('stg_operator__brands') }} as brands
    on lower(entry.brand) in (lower(brands.brand_key), lower(brands.brand_name))
