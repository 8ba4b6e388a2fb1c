-- Whose work it is. A job and an estimate name their customer's id, but not always; then there is only the display name,
-- and namesakes must not become one. A name together with the site's address decides: namesakes at one address are one
-- household. A name alone decides only if nobody else has it. Otherwise the work has no customer.
with work as (
    {%- for object in ['jobs', 'estimates'] %}
    select
        account_id,
        '{{ object }}' as object_name,
        native_id,
        {{ json_fields('payload', text_fields(
            ['customer_id', 'customer_name', 'street_1', 'street_2', 'city', 'state_prov', 'postal_code', 'created_at',
             'updated_at']
        )) }} as work,
        changed_at
    from {{ source('servicefusion', object) }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

addressed as (
    select
        *,
        lower(trim(work.customer_name)) as customer_name,
        {{ text_hash(
            ['work.street_1', 'work.street_2', 'work.city', 'work.state_prov', 'work.postal_code']
        ) }} as address_hash,
        nullif(trim(work.street_1), '') is not null as has_address
    from work
),

named as (
    select account_id, native_id, lower(trim(customer_name)) as customer_name, locations
    from {{ ref('base_servicefusion__customers') }}
    where not is_deleted
),

sole_names as (
    select account_id, customer_name, min(native_id) as customer_native_id
    from named
    group by account_id, customer_name
    having count(*) = 1
),

places as (
    select account_id, native_id, customer_name, {{ json_elements('locations') }} as place from named
),

names_at_places as (
    select
        account_id,
        customer_name,
        {{ text_hash(
            ['place.street_1', 'place.street_2', 'place.city', 'place.state_prov', 'place.postal_code']
        ) }} as address_hash,
        min(native_id) as customer_native_id
    from places
    group by account_id, customer_name, address_hash
),

resolved as (
    select
        addressed.*,
        coalesce(addressed.work.customer_id, names_at_places.customer_native_id, sole_names.customer_native_id)
            as customer_native_id,
        case
            when addressed.work.customer_id is not null then 'id'
            when names_at_places.customer_native_id is not null then 'name and address'
            when sole_names.customer_native_id is not null then 'sole name'
        end as customer_link
    from addressed
    left join names_at_places
        on names_at_places.account_id = addressed.account_id
        and names_at_places.customer_name = addressed.customer_name
        and names_at_places.address_hash = addressed.address_hash
    left join sole_names
        on sole_names.account_id = addressed.account_id
        and sole_names.customer_name = addressed.customer_name
)

select
    account_id,
    object_name,
    native_id,
    work,
    customer_native_id,
    customer_link,
    case when has_address then customer_native_id || '|' || address_hash end as location_native_id,
    changed_at
from resolved
