{{ union_platforms('payments') }}
