{{ union_platforms('invoice_lines') }}
