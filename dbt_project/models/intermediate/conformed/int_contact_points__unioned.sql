{{ union_platforms('contact_points') }}
