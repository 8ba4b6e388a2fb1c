-- A record names another that nobody has ever seen: a page that was lost, a missing permission, or a deletion that took only
-- half. What was only deleted is still known, and is no gap here.
with {% set references = [
    ('job', 'jobs', 'job_key', 'customer_key', 'customers', 'customer_key'),
    ('job', 'jobs', 'job_key', 'location_key', 'locations', 'location_key'),
    ('invoice', 'invoices', 'invoice_key', 'job_key', 'jobs', 'job_key'),
    ('invoice', 'invoices', 'invoice_key', 'customer_key', 'customers', 'customer_key'),
    ('payment', 'payments', 'payment_key', 'customer_key', 'customers', 'customer_key'),
    ('appointment', 'appointments', 'appointment_key', 'job_key', 'jobs', 'job_key'),
    ('estimate', 'estimates', 'estimate_key', 'job_key', 'jobs', 'job_key'),
] -%}
pointers as (
    {%- for entity, child, child_key, reference, parent, parent_key in references %}
    select
        '{{ entity }}' as entity,
        child.{{ child_key }} as entity_key,
        child.platform,
        child.account_id,
        child.native_id,
        child.native_url,
        {{ 'child.job_key' if child in ('jobs', 'payments') else 'cast(null as varchar)' }} as job_key,
        '{{ parent }}' as missing,
        {{ 'abs(child.amount)' if child == 'payments' else 'abs(child.total_amount)' if child == 'invoices'
            else 'cast(0 as decimal(18, 2))' }} as amount,
        coalesce(child.created_at, child._loaded_at) as created_at
    from {{ ref('int_' ~ child ~ '__unioned') }} as child
    left join {{ ref('int_' ~ parent ~ '__unioned') }} as parent on parent.{{ parent_key }} = child.{{ reference }}
    where child.{{ reference }} is not null
      and not child.is_deleted
      and parent.{{ parent_key }} is null
    {{ "union all" if not loop.last }}
    {%- endfor %}
)

select
    pointers.entity,
    pointers.entity_key,
    pointers.platform,
    pointers.account_id,
    pointers.native_id,
    pointers.native_url,
    min(pointers.job_key) as job_key,
    'every record that it names' as expected,
    'none of: ' || string_agg(pointers.missing, ', ' order by pointers.missing) as actual,
    cast(null as decimal(18, 2)) as difference_amount,
    max(coalesce(pointers.amount, 0)) as dollars_at_risk,
    cast(min(pointers.created_at) as date) as occurred_on
from pointers
cross join {{ ref('int_data__as_of') }} as data
where pointers.created_at
    < data.as_of_at - {{ setting('tolerances.reference_hours', 'integer') }} * interval '1 hour'
group by
    pointers.entity, pointers.entity_key, pointers.platform, pointers.account_id, pointers.native_id, pointers.native_url
