-- Somebody rang, nobody answered, and there was no word between the two ever since. Only where a brand's outbound calls are
-- on record: elsewhere silence proves nothing. Of several attempts the last one counts.
with calls as (
    select
        enriched.*,
        {{ phone_digits("case enriched.direction when 'outbound' then recorded.to_phone else recorded.from_phone end") }}
            as party
    from {{ ref('int_calls__enriched') }} as enriched
    inner join {{ ref('int_calls__unioned') }} as recorded on recorded.call_key = enriched.call_key
    where enriched.duplicate_of_call_key is null
),

judged_brands as (
    select distinct brand_key from calls where direction = 'outbound' and brand_key is not null
),

followed as (
    select
        calls.*,
        lead(calls.call_key) over (partition by brand_key, party order by started_at, call_key) as next_call_key
    from calls
    where party is not null
)

select
    'call' as entity,
    missed.call_key as entity_key,
    missed.platform,
    missed.account_id,
    missed.native_id,
    missed.native_url,
    missed.job_key,
    'called back' as expected,
    'no call since' as actual,
    cast(null as decimal(18, 2)) as difference_amount,
    coalesce(tickets.average_ticket_amount, 0) as dollars_at_risk,
    missed.started_on as occurred_on
from followed as missed
inner join judged_brands on judged_brands.brand_key = missed.brand_key
cross join {{ ref('int_data__as_of') }} as data
left join {{ ref('int_tickets__averaged') }} as tickets
    on tickets.brand_key = missed.brand_key
    and tickets.trade is null
where missed.direction = 'inbound'
  and not missed.is_answered
  and missed.next_call_key is null
  and missed.duration_seconds >= {{ setting('tolerances.missed_call_ring_seconds', 'integer') }}
  and missed.started_at
      < data.as_of_at - {{ setting('tolerances.missed_call_hours', 'integer') }} * interval '1 hour'
