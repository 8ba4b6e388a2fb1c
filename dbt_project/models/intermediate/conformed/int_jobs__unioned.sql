{{ union_platforms('jobs') }}
