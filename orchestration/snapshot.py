"""Publishing: the marts as one consistent snapshot that readers can hold without ever locking the warehouse.

Layout of the published folder:

    versions/<stamp>/marts.duckdb        read-only copy of the marts, tables only, described by comments
    versions/<stamp>/parquet/<table>.parquet
    versions/<stamp>/snapshot.json       when, from which run, how many rows
    marts.duckdb, parquet, snapshot.json links to the newest version, each replaced in one rename

What a steward reviews holds personal data. It is copied with the same run, but to a file outside the
published folder that only its owner may read.

A reader that opens `marts.duckdb` keeps the version it opened until it closes it (inside one process DuckDB
even hands the old version to a second connection to the same path). A service that stays up should therefore
open the versioned file that `snapshot.json` names.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.project import Model
from orchestration.warehouse import WarehouseMissing, reading

KEPT_VERSIONS = 3
LINKED = ("marts.duckdb", "parquet", "snapshot.json")


@dataclass(frozen=True)
class PublishedTable:
    name: str
    rows: int


@dataclass(frozen=True)
class Snapshot:
    """One published version of the marts."""

    version: str
    published_at: str  # ISO 8601, UTC
    run_id: str | None
    tables: tuple[PublishedTable, ...]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)


def publish(warehouse: Path, published: Path, models: Sequence[Model], run_id: str | None = None) -> Snapshot:
    """Copy `models` out of `warehouse` and swap the new version in.

    Until the swap, readers see the former version; whatever fails before it leaves them there.

    Raises:
        duckdb.Error: a model is not in the warehouse, or the file cannot be read.
    """
    now = datetime.now(UTC)
    version = now.strftime("%Y%m%dT%H%M%S%fZ")
    folder = published / "versions" / version
    building = folder.with_name(f".{version}.building")
    (building / "parquet").mkdir(parents=True)
    try:
        tables = _copy(warehouse, building, models)
        snapshot = Snapshot(version, now.isoformat(timespec="seconds"), run_id, tables)
        (building / "snapshot.json").write_text(
            json.dumps(asdict(snapshot), indent=2) + "\n", encoding="utf-8"
        )
        building.replace(folder)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    for name in LINKED:
        _link(published / name, Path("versions") / version / name)
    _remove_old_versions(published / "versions", keep=version)
    return snapshot


def publish_review(warehouse: Path, target: Path, models: Sequence[Model]) -> int:
    """Copy `models`, which hold personal data, into the one file `target`, swapped in by a rename.

    Returns:
        Rows copied.

    Raises:
        duckdb.Error: a model is not in the warehouse, or the file cannot be read.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    building = target.with_name(f".{target.name}.building")
    building.unlink(missing_ok=True)
    try:
        with duckdb.connect() as connection:
            connection.execute(f"attach {_text(warehouse)} as {_name(warehouse.stem)} (read_only)")
            connection.execute(f"attach {_text(building)} as marts")
            rows = sum(_copy_table(connection, warehouse, model) for model in models)
        building.chmod(0o600)
        building.replace(target)
    except BaseException:
        building.unlink(missing_ok=True)
        raise
    return rows


def read_snapshot(published: Path) -> Snapshot | None:
    """The newest published version, or None before the first."""
    path = published / "snapshot.json"
    if not path.is_file():
        return None
    document = json.loads(path.read_text(encoding="utf-8"))
    tables = tuple(PublishedTable(**table) for table in document.pop("tables"))
    return Snapshot(**document, tables=tables)


@contextmanager
def reading_published(published: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the newest published marts, closed afterwards.

    Raises:
        WarehouseMissing: nothing is published yet.
    """
    snapshot = read_snapshot(published)
    if snapshot is None:
        raise WarehouseMissing(f"{published} holds no published marts yet: run `fourwire run` first.")
    with reading(published / "versions" / snapshot.version / "marts.duckdb") as connection:
        yield connection


def _copy(warehouse: Path, folder: Path, models: Sequence[Model]) -> tuple[PublishedTable, ...]:
    tables = []
    with duckdb.connect() as connection:
        connection.execute(f"attach {_text(warehouse)} as {_name(warehouse.stem)} (read_only)")
        connection.execute(f"attach {_text(folder / 'marts.duckdb')} as marts")
        for model in models:
            tables.append(PublishedTable(model.name, _copy_table(connection, warehouse, model)))
            parquet = folder / "parquet" / f"{model.name}.parquet"
            connection.execute(
                f"copy marts.{_name(model.name)} to {_text(parquet)} (format parquet, compression zstd)"
            )
    return tuple(tables)


def _copy_table(connection: duckdb.DuckDBPyConnection, warehouse: Path, model: Model) -> int:
    # Attached by the file's own name, by which the views in it know their tables.
    source = f"{_name(warehouse.stem)}.{_name(model.schema)}.{_name(model.name)}"
    target = f"marts.{_name(model.name)}"
    connection.execute(f"create table {target} as from {source}")
    _describe(connection, model, target)
    (rows,) = connection.execute(f"select count(*) from {target}").fetchone() or (0,)
    return int(rows)


def _describe(connection: duckdb.DuckDBPyConnection, model: Model, target: str) -> None:
    """Carry dbt's descriptions over as comments, which BI tools show."""
    columns = {row[0] for row in connection.execute(f"describe {target}").fetchall()}
    if model.description:
        connection.execute(f"comment on table {target} is {_text(model.description)}")
    for name, description in model.columns.items():
        if description and name in columns:
            connection.execute(f"comment on column {target}.{_name(name)} is {_text(description)}")


def _link(link: Path, target: Path) -> None:
    temporary = link.with_name(f".{link.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    temporary.replace(link)


def _remove_old_versions(versions: Path, keep: str) -> None:
    complete = sorted(path for path in versions.iterdir() if not path.name.startswith("."))
    for path in complete[:-KEPT_VERSIONS]:
        if path.name != keep:
            # A reader that still has the file open keeps its data; only the name goes.
            shutil.rmtree(path, ignore_errors=True)


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
