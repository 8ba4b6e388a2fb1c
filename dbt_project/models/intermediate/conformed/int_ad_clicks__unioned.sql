{{ union_platforms('ad_clicks') }}
