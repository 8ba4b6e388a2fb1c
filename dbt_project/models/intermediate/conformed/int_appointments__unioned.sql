{{ union_platforms('appointments') }}
