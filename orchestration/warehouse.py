"""Short, read-only looks into the working warehouse.

DuckDB lets one process write and keeps everyone else out meanwhile, so a look waits a little for a running
load or build, and closes at once afterwards. Long-lived readers belong on the published snapshot.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

PATIENCE_SECONDS = 15.0


class WarehouseMissing(Exception):
    """Nothing has been loaded yet."""


class WarehouseBusy(Exception):
    """Another process kept writing for longer than a reader waits."""


@contextmanager
def reading(warehouse: Path, patience: float = PATIENCE_SECONDS) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to `warehouse`, closed afterwards.

    Raises:
        WarehouseMissing: the file does not exist.
        WarehouseBusy: another process held it for `patience` seconds.
    """
    if not warehouse.is_file():
        raise WarehouseMissing(
            f"{warehouse} does not exist yet: `fourwire run` makes it, `fourwire demo` a simulated one."
        )
    connection = _open(warehouse, patience)
    try:
        connection.execute("set TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


def _open(warehouse: Path, patience: float) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + patience
    while True:
        try:
            return duckdb.connect(str(warehouse), read_only=True)
        except duckdb.IOException as error:
            if time.monotonic() >= deadline:
                raise WarehouseBusy(
                    f"{warehouse} is being written by another process (a run in progress?). "
                    "Wait for it to end, or read the published snapshot instead."
                ) from error
            time.sleep(0.2)


def rows(connection: duckdb.DuckDBPyConnection, query: str, **parameters: Any) -> list[dict[str, Any]]:
    """What a query finds, each row by column name."""
    cursor = connection.execute(query, parameters)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def has_table(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    """Whether the warehouse holds `schema.table`."""
    found = connection.execute(
        "select count(*) from information_schema.tables where table_schema = ? and table_name = ?",
        [schema, table],
    ).fetchone()
    return bool(found and found[0])
