{{ union_platforms('book_entries') }}
