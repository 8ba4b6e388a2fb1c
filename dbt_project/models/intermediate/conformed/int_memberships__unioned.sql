{{ union_platforms('memberships') }}
