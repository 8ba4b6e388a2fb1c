{{ union_gaps() }}
