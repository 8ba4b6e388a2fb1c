{{ union_platforms('tracking_numbers') }}
