{{ union_platforms('leads') }}
