{{ union_platforms('job_types') }}
