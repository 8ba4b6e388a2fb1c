"""Which incoming rows change the warehouse: the newest version of each, compared with what is held.

The order of versions is total, (modified_at, fetched_at, pull_id, position), with undated rows oldest. So
"the newest version" does not depend on the order in which pulls are loaded.

`changed_at` is the earliest fetch that ever brought the payload a row has now. A payload that lost is not
forgotten, since it may come back: `_earlier_payloads` keeps the earliest fetch of each, by its hash. So a
minimum is taken over all fetches of a payload, and it too does not depend on the order. The table grows with
changes, not with rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy
import pyarrow as pa

EARLIER_PAYLOADS_SCHEMA = pa.schema(
    [
        pa.field("object", pa.string(), nullable=False),
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("native_id", pa.string(), nullable=False),
        pa.field("payload_md5", pa.string(), nullable=False),
        pa.field("fetched_at", pa.timestamp("us"), nullable=False),
    ]
)
_UNDATED = "'-infinity'::timestamp"
_SIGHTINGS_SCHEMA = pa.schema([column for column in EARLIER_PAYLOADS_SCHEMA if column.name != "object"])


@dataclass(frozen=True)
class Versions:
    """The rows of some pulls, reduced.

    Attributes:
        newest: One row per (account_id, native_id), without the column `position`.
        sightings: The earliest fetch of each payload of the rows that came more than once.
    """

    newest: pa.Table
    sightings: pa.Table


@dataclass(frozen=True)
class Changes:
    """Rows to write.

    Attributes:
        are_all_new: No row with the key of any of them is held; they can be appended.
    """

    rows: pa.Table
    are_all_new: bool


def newest_versions(connection: duckdb.DuckDBPyConnection, incoming: pa.Table) -> Versions:
    """The newest of several versions of each row, and when the others were seen."""
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
    if winners.num_rows == rows.num_rows:
        return Versions(rows, _SIGHTINGS_SCHEMA.empty_table())
    return Versions(rows.take(winners.column("row_index")), _sightings_of_repeated(connection, rows))


def _sightings_of_repeated(connection: duckdb.DuckDBPyConnection, rows: pa.Table) -> pa.Table:
    connection.register("versions", rows.select(["account_id", "native_id", "payload", "fetched_at"]))
    sightings = connection.execute(
        """
        with repeated as materialized (
            from versions
            semi join (select account_id, native_id from versions group by all having count(*) > 1)
                using (account_id, native_id)
        )
        select account_id, native_id, md5(payload) as payload_md5, min(fetched_at) as fetched_at
        from repeated
        group by all
        """
    ).to_arrow_table()
    connection.unregister("versions")
    return sightings


def changes(
    connection: duckdb.DuckDBPyConnection, schema: str, object_name: str, versions: Versions
) -> Changes:
    """What of the newest versions differs from what the object's table holds and is not older.

    Rows that only confirm what is held, be it under a newer time (a file that was written anew), and earlier
    fetches of it, are noted in the table at once: repeating that after a crash is harmless, and it spares
    rewriting unchanged reference lists with every run.
    """
    table = f'{schema}."{object_name}"'
    earlier = f"(from {schema}._earlier_payloads where object = '{object_name}')"
    connection.register("newest", _indexed(versions.newest))
    connection.register("repeated", versions.sightings)
    _compare(connection, table)
    _note_confirmations(connection, table)
    _note_sightings(connection, table, schema, object_name)
    written = _written(connection, earlier)
    connection.unregister("newest")
    connection.unregister("repeated")
    are_all_new = all(written.column("is_new").to_pylist())
    whole = written.num_rows == versions.newest.num_rows
    rows = versions.newest if whole else versions.newest.take(written.column("row_index"))
    position = rows.schema.get_field_index("changed_at")
    changed_at = written.column("changed_at").cast(pa.timestamp("us"))
    return Changes(rows.set_column(position, rows.schema.field(position), changed_at), are_all_new)


def _compare(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """One verdict for each newest row that the table does not already have as it is."""
    connection.execute(
        f"""
        create or replace temp table verdicts as
        select
            newest.row_index,
            newest.account_id,
            newest.native_id,
            newest.modified_at,
            newest.fetched_at,
            newest.pull_id,
            held.native_id is null as is_new,
            held.native_id is null
                or (coalesce(newest.modified_at, {_UNDATED}), newest.fetched_at, newest.pull_id)
                > (coalesce(held.modified_at, {_UNDATED}), held.fetched_at, held.pull_id) as is_newer,
            coalesce(held.payload = newest.payload, false) as has_held_payload
        from newest
        left join {table} as held
            on held.account_id = newest.account_id and held.native_id = newest.native_id
        where is_newer or not has_held_payload or newest.fetched_at < held.changed_at
        """
    )


def _note_confirmations(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    connection.execute(
        f"""
        update {table} as held
        set
            modified_at = verdicts.modified_at,
            fetched_at = verdicts.fetched_at,
            changed_at = least(held.changed_at, verdicts.fetched_at),
            pull_id = verdicts.pull_id,
            removed_at = null
        from verdicts
        where verdicts.account_id = held.account_id and verdicts.native_id = held.native_id
            and verdicts.is_newer and verdicts.has_held_payload
        """
    )


def _note_sightings(connection: duckdb.DuckDBPyConnection, table: str, schema: str, object_name: str) -> None:
    """Remember every payload that is not, or no longer, the row's own, and what dates a held one earlier."""
    connection.execute(
        f"""
        create or replace temp table sightings as
        with displaced as materialized (
            select held.account_id, held.native_id, held.payload, held.changed_at
            from {table} as held
            semi join (from verdicts where is_newer and not has_held_payload) as replacing
                using (account_id, native_id)
        ),
        late as materialized (
            select newest.account_id, newest.native_id, newest.payload, newest.fetched_at
            from newest
            semi join (from verdicts where not is_newer) using (row_index)
        )
        select account_id, native_id, payload_md5, min(fetched_at) as fetched_at
        from (
            select account_id, native_id, payload_md5, fetched_at from repeated
            union all
            select account_id, native_id, md5(payload), changed_at from displaced
            union all
            select account_id, native_id, md5(payload), fetched_at from late
        )
        group by account_id, native_id, payload_md5
        """
    )
    connection.execute(
        f"""
        insert into {schema}._earlier_payloads
        select '{object_name}', account_id, native_id, payload_md5, fetched_at
        from sightings
        where not exists (
            select 1 from {schema}._earlier_payloads as known
            where known.object = '{object_name}' and known.account_id = sightings.account_id
                and known.native_id = sightings.native_id and known.payload_md5 = sightings.payload_md5
                and known.fetched_at <= sightings.fetched_at
        )
        """
    )
    connection.execute(
        f"""
        update {table} as held
        set changed_at = dated.fetched_at
        from (
            with seen as materialized (
                select account_id, native_id, payload, changed_at
                from {table}
                semi join sightings using (account_id, native_id)
            )
            select seen.account_id, seen.native_id, sightings.fetched_at
            from seen
            join sightings
                on sightings.account_id = seen.account_id and sightings.native_id = seen.native_id
                and sightings.payload_md5 = md5(seen.payload) and sightings.fetched_at < seen.changed_at
        ) as dated
        where dated.account_id = held.account_id and dated.native_id = held.native_id
        """
    )


def _written(connection: duckdb.DuckDBPyConnection, earlier: str) -> pa.Table:
    """The rows to write, in their order: row_index, is_new and changed_at."""
    return connection.execute(
        f"""
        with written as (
            from verdicts where is_newer and not has_held_payload
        ),
        -- Only rows with a past are hashed: a first load has none.
        with_a_past as materialized (
            select newest.row_index, newest.account_id, newest.native_id, newest.payload
            from newest
            semi join {earlier} using (account_id, native_id)
            semi join written using (row_index)
        ),
        returned as (
            select with_a_past.row_index, min(earlier.fetched_at) as fetched_at
            from with_a_past
            join {earlier} as earlier
                on earlier.account_id = with_a_past.account_id
                and earlier.native_id = with_a_past.native_id
                and earlier.payload_md5 = md5(with_a_past.payload)
            group by all
        )
        select
            written.row_index,
            written.is_new,
            least(written.fetched_at, returned.fetched_at) as changed_at
        from written
        left join returned on returned.row_index = written.row_index
        order by written.row_index
        """
    ).to_arrow_table()


def _indexed(rows: pa.Table) -> pa.Table:
    return rows.append_column("row_index", pa.array(numpy.arange(rows.num_rows)))
