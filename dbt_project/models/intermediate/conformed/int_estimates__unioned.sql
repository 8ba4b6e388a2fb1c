{{ union_platforms('estimates') }}
