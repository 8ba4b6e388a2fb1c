{{ union_platforms('technicians') }}
