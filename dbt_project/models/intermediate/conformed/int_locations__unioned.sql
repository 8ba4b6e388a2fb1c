{{ union_platforms('locations') }}
