{{ union_platforms('ad_spend') }}
