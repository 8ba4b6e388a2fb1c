with requests as (
    select requests.*, 'callrail' as platform, companies.company_name, companies.time_zone, companies.brand_key
    from {{ ref('base_callrail__requests') }} as requests
    left join {{ ref('base_callrail__companies') }} as companies
        on companies.account_id = requests.account_id and companies.company_id = requests.company_id
),

numbers as (
    select account_id, phone, source_name, assigned_at, released_at
    from {{ ref('stg_callrail__tracking_numbers') }}
)

select
    {{ entity_key('requests.platform', 'requests.account_id', 'requests.native_id') }} as lead_key,
    requests.platform,
    requests.account_id,
    requests.native_id,
    requests.native_url,
    requests.occurred_at as created_at,
    cast(null as timestamp) as updated_at,
    requests.removed_at is not null
        and requests.occurred_at > requests.removed_at - interval '24 months' as is_deleted,
    requests.lead_kind,
    -- Unmarked is open. What became of the request is known where it was booked.
    case
        when requests.vendor_lead_status is null then 'open'
        else {{ canonical_value('callrail', 'form.lead_status', 'requests.vendor_lead_status') }}
    end as lead_status,
    requests.vendor_lead_status,
    requests.full_name,
    cast(null as varchar) as first_name,
    cast(null as varchar) as last_name,
    cast(null as varchar) as company_name,
    requests.phone,
    requests.email,
    requests.street,
    cast(null as varchar) as unit,
    requests.city,
    requests.state,
    requests.postal_code,
    cast(null as varchar) as customer_key,
    cast(null as varchar) as job_native_id,
    cast(null as varchar) as call_key,
    cast(null as varchar) as campaign_key,
    -- A message goes to a number, which stands for something; the source of a form is its visit.
    numbers.source_name,
    requests.utm_source,
    requests.utm_medium,
    requests.utm_campaign,
    requests.gclid,
    cast(null as varchar) as gbraid,
    cast(null as varchar) as wbraid,
    requests.msclkid,
    requests.fbclid,
    requests.landing_page_url,
    requests.referrer_url,
    requests.brand_key,
    cast(null as varchar) as trade,
    requests.occurred_at,
    {{ business_date('requests.occurred_at', 'coalesce(requests.time_zone, accounts.timezone)') }} as occurred_on,
    cast(null as timestamp) as booked_at,
    false as is_booked,
    coalesce(requests.vendor_lead_status = 'not_a_lead', false) as is_excluded,
    requests.vendor_attributes,
    requests.changed_at as _loaded_at
from requests
left join numbers
    on numbers.account_id = requests.account_id
    and numbers.phone = requests.tracking_phone
    and requests.occurred_at >= numbers.assigned_at
    and requests.occurred_at < coalesce(numbers.released_at, cast('9999-12-31' as timestamp))
left join {{ ref('stg_operator__accounts') }} as accounts
    on accounts.platform = requests.platform and accounts.account_id = requests.account_id
qualify row_number() over (
    partition by requests.account_id, requests.native_id order by numbers.assigned_at desc nulls last
) = 1
