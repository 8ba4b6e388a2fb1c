"""Programs that run in the benchmarks' own environment, with packages the product does not have.

Each is started by path, reads and writes Parquet, and imports nothing of this project.
"""
