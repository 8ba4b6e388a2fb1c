-- Where an employee picked another channel than stronger evidence shows. Reported, never overwritten: the touch keeps the
-- evidence, the job keeps the employee's choice.
with choices as (
    select * from {{ ref('int_touches__evidence') }} where method = 'csr_choice'
)

select
    md5(touches.touch_key || '|' || choices.record_key || '|' || choices.channel) as conflict_key,
    touches.touch_key,
    touches.lead_key,
    touches.job_key,
    touches.brand_key,
    touches.touch_at,
    touches.touch_on,
    touches.method as evidence_method,
    touches.channel as evidence_channel,
    touches.evidence_text,
    choices.record_key as chosen_on_record_key,
    choices.channel as chosen_channel,
    choices.evidence_text as chosen_text
from {{ ref('int_touches__resolved') }} as touches
inner join choices on choices.touch_key = touches.touch_key
where choices.channel <> touches.channel
  and choices.precedence > touches.precedence
