"""What the data must look like, as reviewed files, and their verdict through Great Expectations.

`suites/*.yml` say what is expected of which table, and why. Great Expectations takes seconds to import: only
`validation` does it, and only when it is called.
"""
