{{ union_platforms('calls') }}
