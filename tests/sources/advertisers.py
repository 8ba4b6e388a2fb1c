"""One advertiser's account on one ad platform: the whole sandbox behind it, and a home that pulls from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingestion.config import Settings, load_settings
from ingestion.http import Patience
from ingestion.landing import Landing
from ingestion.pull import PullResult
from ingestion.run import ingest
from ingestion.sources import discover
from sandbox.layout import Layout
from sandbox.server import Sandbox

QUICK = Patience(connect=2, read=10, attempts=5, backoff=0.02, backoff_max=0.2, longest_wait=30)


@dataclass(frozen=True)
class Advertiser:
    """The first brand's account."""

    sandbox: Sandbox
    settings: Settings
    platform: str
    account_id: str

    @property
    def server(self) -> Any:
        return self.sandbox.servers[self.account_id]

    def pull(self, *objects: str, full: bool = False) -> list[PullResult]:
        """Pull and load, whatever becomes of it."""
        return ingest(self.settings, [self.account_id], full, objects=objects or None, patience=QUICK)

    def ingest(self, *objects: str, full: bool = False) -> None:
        failed = [result.error for result in self.pull(*objects, full=full) if result.error]
        assert not failed, failed

    def error(self, *objects: str) -> Exception:
        """What the only failing object of a pull says."""
        (error,) = [result.error for result in self.pull(*objects) if result.error]
        return error

    def rows(self, object_name: str) -> dict[str, Any]:
        with duckdb.connect(str(self.settings.home.warehouse), read_only=True) as connection:
            found = connection.execute(
                f"select native_id, payload from raw_{self.platform}.{object_name} "
                "where account_id = ? and removed_at is null",
                [self.account_id],
            ).fetchall()
        return {native_id: json.loads(payload) for native_id, payload in found}

    def expected(self, object_name: str) -> dict[str, Any]:
        return json.loads(json.dumps(dict(self.server.expected(object_name))))

    def assert_raw_equals_account(self) -> None:
        for spec in discover()[self.platform].objects:
            assert self.rows(spec.name) == self.expected(spec.name), spec.name

    def asked(self, path: str, method: str | None = None) -> int:
        """How many requests went to addresses that contain `path`."""
        return sum(
            1
            for entry in self.sandbox.requests.of(self.account_id)
            if path in entry["path"] and method in (None, entry["method"])
        )

    def archived(self) -> bytes:
        """Everything that was landed, in one."""
        landing = Landing(self.settings.home.landing)
        parts = []
        for manifest in landing.manifests(self.platform):
            pages = landing.archive_of(manifest).pages(manifest)
            parts += [page.request.encode() + page.body for page in pages]
            parts.append(repr(manifest).encode())
        return b"".join(parts)


@contextmanager
def advertiser(platform: str, home: Path, **sandbox: Any) -> Iterator[Advertiser]:
    size = {"households": 40, "seed": 3, "months": 3} | sandbox
    with Sandbox.start(layout=Layout.including(platform), **size) as running:
        settings = load_settings(home=home / "home", config=running.config_path)
        account_id = next(
            account.account_id for account in settings.operator.accounts if account.platform == platform
        )
        yield Advertiser(running, settings, platform, account_id)
