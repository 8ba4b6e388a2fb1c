"""Which incoming rows change the warehouse: the newest version of each, compared with what is held.

The order of versions is total, (modified_at, fetched_at, pull_id, position), with undated rows oldest. So
"the newest version" does not depend on the order in which pulls are loaded.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy
import pyarrow as pa

_UNDATED = "'-infinity'::timestamp"


@dataclass(frozen=True)
class Changes:
    """Rows to write.

    Attributes:
        are_all_new: No row with the key of any of them is held; they can be appended.
    """

    rows: pa.Table
    are_all_new: bool


def newest_versions(connection: duckdb.DuckDBPyConnection, incoming: pa.Table) -> pa.Table:
    """One row per (account_id, native_id), without the column `position`."""
    rows = incoming.drop_columns(["position"])
    # Only narrow columns take part in the ranking; payloads are copied once, for the winners.
    connection.register("versions", _indexed(incoming.drop_columns(["payload", "removed_at"])))
    winners = connection.execute(
        f"""
        select
            arg_max(
                row_index, (coalesce(modified_at, {_UNDATED}), fetched_at, pull_id, position)
            ) as row_index
        from versions
        group by account_id, native_id
        order by row_index
        """
    ).to_arrow_table()
    connection.unregister("versions")
    return rows if winners.num_rows == rows.num_rows else rows.take(winners.column("row_index"))


def changes(connection: duckdb.DuckDBPyConnection, table: str, newest: pa.Table) -> Changes:
    """What of `newest` differs from what `table` holds and is not older.

    Rows that only confirm what is held are noted in the table at once: repeating that after a crash is
    harmless, and it spares rewriting unchanged reference lists with every run.
    """
    connection.register("newest", _indexed(newest))
    connection.execute(
        f"""
        create or replace temp table verdicts as
        select
            newest.row_index,
            held.native_id is null as is_new,
            held.payload = newest.payload
                and held.modified_at is not distinct from newest.modified_at as is_confirmation
        from newest
        left join {table} as held
            on held.account_id = newest.account_id and held.native_id = newest.native_id
        where held.native_id is null
            or (coalesce(newest.modified_at, {_UNDATED}), newest.fetched_at, newest.pull_id)
            > (coalesce(held.modified_at, {_UNDATED}), held.fetched_at, held.pull_id)
        """
    )
    connection.execute(
        f"""
        update {table} as held
        set fetched_at = newest.fetched_at, pull_id = newest.pull_id, removed_at = null
        from newest
        join verdicts on verdicts.row_index = newest.row_index and verdicts.is_confirmation
        where held.account_id = newest.account_id and held.native_id = newest.native_id
        """
    )
    written = connection.execute(
        "select row_index, is_new from verdicts where is_confirmation is not true order by row_index"
    ).to_arrow_table()
    connection.unregister("newest")
    are_all_new = all(written.column("is_new").to_pylist())
    rows = newest if written.num_rows == newest.num_rows else newest.take(written.column("row_index"))
    return Changes(rows, are_all_new)


def _indexed(rows: pa.Table) -> pa.Table:
    return rows.append_column("row_index", pa.array(numpy.arange(rows.num_rows)))
