{{ union_platforms('service_areas') }}
