{{ union_platforms('customers') }}
