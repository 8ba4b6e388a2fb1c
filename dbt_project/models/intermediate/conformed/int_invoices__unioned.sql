{{ union_platforms('invoices') }}
