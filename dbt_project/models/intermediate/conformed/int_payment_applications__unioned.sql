{{ union_platforms('payment_applications') }}
