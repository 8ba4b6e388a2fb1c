{{ union_platforms('campaigns') }}
