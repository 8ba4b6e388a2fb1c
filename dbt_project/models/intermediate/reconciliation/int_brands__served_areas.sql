-- Where a brand works: the postal codes of the operator's configuration and of the dispatch platforms' zones. A brand of
-- which neither knows any has no rows, and nothing is judged.
select brand_key, left(trim(postal_code), 5) as postal_code
from {{ ref('stg_operator__service_zips') }}

union

select accounts.brand_key, left(trim(areas.postal_code), 5)
from {{ ref('int_service_areas__unioned') }} as areas
inner join {{ ref('stg_operator__accounts') }} as accounts on accounts.account_id = areas.account_id
where not areas.is_deleted
  and accounts.brand_key is not null
  and areas.postal_code is not null
