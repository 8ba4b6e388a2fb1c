-- Companies with the brand that each is: CallRail's company must be called as the brand is, or by its key.
with companies as (
    select account_id, native_id, {{ json_fields('payload', text_fields(['name', 'time_zone'])) }} as company
    from {{ source('callrail', 'companies') }}
)

select
    companies.account_id,
    companies.native_id as company_id,
    companies.company.name as company_name,
    companies.company.time_zone,
    brands.brand_key
from companies
left join {{ ref('stg_operator__brands') }} as brands
    on lower(companies.company.name) in (lower(brands.brand_name), lower(brands.brand_key))
