"""Loading landed pulls into the warehouse: short, repeatable, and the same in whatever order pulls come.

A raw row is the maximum of all versions of it that were ever landed, by (modified_at, fetched_at, pull,
position). A maximum does not depend on the order, so replaying the archive shuffled gives the same tables.
`fetched_at` and `pull_id` name the newest pull that confirmed the row's version, `changed_at` the earliest
fetch that brought its payload; `removed_at` is derived from them and from the complete listings in `_pulls`.
A pull counts as loaded when the dlt load package that holds its `_pulls` row is complete.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")

import dlt
import duckdb
import pyarrow as pa

from ingestion.landing import Landing, Manifest
from ingestion.profile import FIELDS_SCHEMA, FieldProfile
from ingestion.records import REJECTS_SCHEMA, ROWS_SCHEMA, Rejects, rows_table
from ingestion.spec import ObjectSpec, SourceSpec
from ingestion.versions import EARLIER_PAYLOADS_SCHEMA, Changes, changes, newest_versions

BATCH_ROWS = 250_000
BUSY_SECONDS = 60.0
_DLT_TYPES: dict[pa.DataType, dict[str, Any]] = {
    pa.string(): {"data_type": "text"},
    pa.int64(): {"data_type": "bigint"},
    pa.bool_(): {"data_type": "bool"},
    pa.timestamp("us"): {"data_type": "timestamp", "timezone": False},
}
_ROW_KEY = ("account_id", "native_id")
_FIELDS_KEY = ("account_id", "object", "field", "json_type")
_LOADED_SCHEMA = pa.schema([column for column in ROWS_SCHEMA if column.name != "position"])
_PULLS_SCHEMA = pa.schema(
    [
        pa.field("pull_id", pa.string(), nullable=False),
        pa.field("account_id", pa.string()),
        pa.field("object", pa.string()),
        pa.field("mode", pa.string()),
        pa.field("started_at", pa.timestamp("us")),
        pa.field("finished_at", pa.timestamp("us")),
        pa.field("pages", pa.int64()),
        pa.field("rows_seen", pa.int64()),
        pa.field("control_total", pa.int64()),
        pa.field("complete", pa.bool_()),
        pa.field("missed_by_token", pa.int64()),
        pa.field("missed_by_watermark", pa.int64()),
        pa.field("error", pa.string()),
    ]
)
# What dlt adds to rows that are given as dicts; `_dlt_load_id` ties a pull to its load package.
_DLT_COLUMNS = [pa.field("_dlt_load_id", pa.string()), pa.field("_dlt_id", pa.string())]


class WarehouseBusy(Exception):
    """Another process holds the warehouse file; DuckDB allows one writer."""


@dataclass
class LoadResult:
    """What one load did, over all platforms."""

    pulls: int = 0
    changed: dict[str, int] = field(default_factory=dict)
    rejected: int = 0
    seconds: float = 0.0
    seconds_decoding: float = 0.0

    @property
    def rows_changed(self) -> int:
        return sum(self.changed.values())


def load_platform(
    source: SourceSpec,
    landing: Landing,
    warehouse: duckdb.DuckDBPyConnection,
    dlt_home: Path,
    result: LoadResult,
) -> None:
    """Load every landed pull of one platform that the warehouse, open for writing, does not hold yet."""
    _PlatformLoad(source, landing, warehouse, dlt_home, result).run()


class _PlatformLoad:
    def __init__(
        self,
        source: SourceSpec,
        landing: Landing,
        warehouse: duckdb.DuckDBPyConnection,
        dlt_home: Path,
        result: LoadResult,
    ) -> None:
        self._source = source
        self._landing = landing
        # One connection for everything, dlt included: opening and closing a file of gigabytes takes longer
        # than loading an hour's news.
        self._warehouse = warehouse
        self._dlt_home = dlt_home
        self._schema = f"raw_{source.platform}"
        self._result = result

    def run(self) -> None:
        self._create_missing_tables()
        loaded = self._loaded_pulls()
        landed = self._landing.manifests(self._source.platform, loaded)
        known = {spec.name for spec in self._source.objects}
        for batch in _batches([manifest for manifest in landed if manifest.object in known]):
            self._load(batch)
        self._mark_removed()

    def _create_missing_tables(self) -> None:
        """Every table exists, empty if need be: models select from it. dlt takes over what it finds."""
        schemas = {spec.name: _LOADED_SCHEMA for spec in self._source.objects}
        schemas |= {
            "_pulls": pa.schema([*_PULLS_SCHEMA, *_DLT_COLUMNS]),
            "_rejects": pa.schema([*REJECTS_SCHEMA, *_DLT_COLUMNS]),
            "_fields": FIELDS_SCHEMA,
            "_earlier_payloads": EARLIER_PAYLOADS_SCHEMA,
        }
        self._warehouse.execute(f"create schema if not exists {self._schema}")
        for name in sorted(schemas.keys() - self._existing_tables()):
            self._warehouse.register("empty", schemas[name].empty_table())
            self._warehouse.execute(f'create table {self._schema}."{name}" as from empty')
            self._warehouse.unregister("empty")

    def _existing_tables(self) -> set[str]:
        rows = self._warehouse.execute(
            "select table_name from information_schema.tables where table_schema = ?", [self._schema]
        ).fetchall()
        return {name for (name,) in rows}

    def _loaded_pulls(self) -> frozenset[str]:
        if "_dlt_loads" not in self._existing_tables():
            return frozenset()
        rows = self._warehouse.execute(
            f"select pull_id from {self._schema}._pulls "
            f"join {self._schema}._dlt_loads on _dlt_load_id = load_id where status = 0"
        ).fetchall()
        return frozenset(pull_id for (pull_id,) in rows)

    def _load(self, batch: Sequence[Manifest]) -> None:
        rejects = Rejects()
        profile = FieldProfile()
        by_object: dict[str, list[Manifest]] = defaultdict(list)
        for manifest in batch:
            by_object[manifest.object].append(manifest)
        resources = []
        for name, manifests in by_object.items():
            spec = self._source.object(name)
            incoming = self._decoded(spec, manifests, rejects, profile)
            newest = newest_versions(self._warehouse, incoming)
            found = changes(self._warehouse, self._schema, name, newest)
            table = f"{self._schema}.{name}"
            self._result.changed[table] = self._result.changed.get(table, 0) + found.rows.num_rows
            if found.rows.num_rows:
                resources.append(_rows_resource(name, found))
        profile.merge(self._warehouse.table(f"{self._schema}._fields").to_arrow_table())
        fields = profile.table()
        if fields.num_rows:
            resources.append(_resource("_fields", [fields], _FIELDS_KEY, FIELDS_SCHEMA))
        if rejects.rows:
            resources.append(_resource("_rejects", rejects.rows, ("reject_id",), REJECTS_SCHEMA))
        pulls = [_pull_row(manifest) for manifest in batch]
        resources.append(_resource("_pulls", pulls, ("pull_id",), _PULLS_SCHEMA))
        self._run_pipeline(resources)
        self._result.pulls += len(batch)
        self._result.rejected += len(rejects.rows)

    def _decoded(
        self, spec: ObjectSpec, manifests: Iterable[Manifest], rejects: Rejects, profile: FieldProfile
    ) -> pa.Table:
        began = time.perf_counter()
        tables = [ROWS_SCHEMA.empty_table()]
        for manifest in manifests:
            pages = self._landing.archive_of(manifest).pages(manifest)
            rows = rows_table(pages, spec, manifest.account_id, manifest.pull_id, rejects)
            profile.observe(spec.name, rows)
            tables.append(rows)
        self._result.seconds_decoding += time.perf_counter() - began
        return pa.concat_tables(tables)

    def _run_pipeline(self, resources: list[Any]) -> None:
        pipeline = dlt.pipeline(
            pipeline_name=self._schema,
            destination=dlt.destinations.duckdb(self._warehouse),
            dataset_name=self._schema,
            pipelines_dir=str(self._dlt_home),
        )
        # What a killed run left pending is landed and will come again; resuming it could load rows twice.
        pipeline.drop()
        pipeline.run(resources)

    def _mark_removed(self) -> None:
        """Set `removed_at` where a complete listing that started after a row was last seen lacks it."""
        for spec in self._source.objects:
            if not spec.is_complete_listing:
                continue
            self._warehouse.execute(
                f"""
                update {self._schema}."{spec.name}" as held
                set removed_at = derived.removed_at
                from (
                    select row.account_id, row.native_id, min(listing.finished_at) as removed_at
                    from (
                        -- Most rows were seen in the newest listing; only the others need comparing.
                        from {self._schema}."{spec.name}"
                        where fetched_at < (
                            select max(started_at) from {self._schema}._pulls
                            where object = $object and mode = 'full' and complete and error is null
                        )
                    ) as row
                    join {self._schema}._pulls as listing
                        on listing.object = $object and listing.account_id = row.account_id
                        and listing.mode = 'full' and listing.complete and listing.error is null
                        and listing.started_at > row.fetched_at
                        and ($visible_after = interval 0 second or exists (
                            select 1 from {self._schema}._pulls as later
                            where later.object = listing.object and later.account_id = listing.account_id
                                and later.complete
                                and later.started_at >= listing.finished_at + $visible_after
                        ))
                    group by all
                ) as derived
                where derived.account_id = held.account_id and derived.native_id = held.native_id
                    and derived.removed_at is distinct from held.removed_at
                """,
                {"object": spec.name, "visible_after": spec.visible_after},
            )


def drop_raw(warehouse: Path, platforms: Iterable[str]) -> None:
    """Forget everything loaded; the landing archive still has it."""
    with closing(open_warehouse(warehouse)) as connection:
        for platform in platforms:
            for schema in (f"raw_{platform}", f"raw_{platform}_staging"):
                connection.execute(f"drop schema if exists {schema} cascade")


def open_warehouse(path: Path, patience: float = BUSY_SECONDS) -> duckdb.DuckDBPyConnection:
    """The warehouse, for writing; waits while another process has it.

    Raises:
        WarehouseBusy: it stayed busy.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + patience
    while True:
        try:
            connection = duckdb.connect(str(path))
        except duckdb.IOException as error:
            if "lock" not in str(error):
                raise
            if time.monotonic() > deadline:
                raise WarehouseBusy(
                    f"{path} is held by another process ({error}). Only one process can write it: close the "
                    "other one, or read the published snapshot instead of the warehouse."
                ) from error
            time.sleep(0.5)
        else:
            connection.execute("set timezone = 'UTC'")
            return connection


def _rows_resource(name: str, found: Changes) -> Any:
    """Rows that nobody has yet are appended, which costs a third of a merge.

    After a crash in between, an append does not double rows here: what is pending is dropped, and the next
    comparison finds the rows that had been committed.
    """
    resource = _resource(name, [found.rows], _ROW_KEY, _LOADED_SCHEMA)
    return resource.apply_hints(write_disposition="append") if found.are_all_new else resource


def _resource(name: str, items: list[Any], key: tuple[str, ...], schema: pa.Schema) -> Any:
    hints: Any = {column.name: {**_DLT_TYPES[column.type], "nullable": column.nullable} for column in schema}
    return dlt.resource(items, name=name, write_disposition="merge", primary_key=key, columns=hints)


def _pull_row(manifest: Manifest) -> dict[str, Any]:
    return {
        "pull_id": manifest.pull_id,
        "account_id": manifest.account_id,
        "object": manifest.object,
        "mode": manifest.mode,
        "started_at": _naive(manifest.started_at),
        "finished_at": _naive(manifest.finished_at),
        "pages": manifest.pages,
        "rows_seen": manifest.rows,
        "control_total": manifest.control_total,
        "complete": manifest.complete,
        "missed_by_token": manifest.missed_by_token,
        "missed_by_watermark": manifest.missed_by_watermark,
        "error": manifest.listing_refused,
    }


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)


def _batches(manifests: Sequence[Manifest]) -> Iterator[list[Manifest]]:
    batch: list[Manifest] = []
    rows = 0
    for manifest in manifests:
        if batch and rows + manifest.rows > BATCH_ROWS:
            yield batch
            batch, rows = [], 0
        batch.append(manifest)
        rows += manifest.rows
    if batch:
        yield batch
