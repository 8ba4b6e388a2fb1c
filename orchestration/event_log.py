"""Dagster's SQLite event log with its connections kept open.

A run of the job `daily` tells over two thousand events, most of them about one asset or one check.
Dagster's own storage opens each database anew for every statement, compiles that statement anew, and makes
SQLite fold its journal into the file at every close. Planning the demo's run alone took 11 s of CPU and up to
30 s on a busy disk so, and takes 3 s with connections that stay open.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import sqlalchemy
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData

# The index and the runs that somebody looks at; each run is a file of its own, and a home collects many.
OPEN_DATABASES = 8
BUSY_SECONDS = 60


class PooledSqliteEventLogStorage(SqliteEventLogStorage):
    """The same files as `SqliteEventLogStorage`, so that either can read what the other wrote.

    `dagster.yaml` names it, with the instance folder as `base_dir`. It replaces one internal method of the
    locked Dagster version; `tests/orchestration/test_event_log.py` fails when an upgrade renames it.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, sqlalchemy.Engine] = OrderedDict()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        """`base_dir` is the instance folder; the files lie where Dagster puts them by default."""
        return cls(str(Path(config_value["base_dir"]) / "history" / "runs"), inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sqlalchemy.Connection]:
        if shard not in self._initialized_dbs:
            with super()._connect(shard):
                pass
        with self._db_lock, self._engine(shard).begin() as connection:
            yield connection

    def _engine(self, shard: str) -> sqlalchemy.Engine:
        if shard not in self._engines:
            if len(self._engines) == OPEN_DATABASES:
                self._engines.popitem(last=False)[1].dispose()
            self._engines[shard] = _opened(self.conn_string_for_shard(shard))
        self._engines.move_to_end(shard)
        return self._engines[shard]

    def wipe(self) -> None:
        self._close()
        super().wipe()

    def dispose(self) -> None:
        self._close()
        super().dispose()

    def _close(self) -> None:
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()


def _opened(url: str) -> sqlalchemy.Engine:
    engine = sqlalchemy.create_engine(url, pool_size=1, connect_args={"timeout": BUSY_SECONDS})

    # With the write-ahead journal that Dagster sets, a power cut may lose the last events but spoils nothing;
    # waiting for the disk after each event would be worth that only for the warehouse itself.
    @sqlalchemy.event.listens_for(engine, "connect")
    def _set_up(connection: Any, _: object) -> None:
        connection.execute("pragma synchronous = normal")

    return engine
