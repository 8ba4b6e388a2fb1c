{{ union_platforms('lead_outcomes') }}
