"""A small simulated operator: vendor servers over one world on sockets, and settings that reach them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb

from ingestion.config import Account, Brand, Home, OperatorConfig, Settings
from ingestion.http import Patience
from ingestion.pull import PullResult
from ingestion.run import ingest
from sandbox.accounts import accounts_of
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.layout import Layout, arrange
from sandbox.servers.base import VendorServer
from sandbox.world import build_world
from sandbox.world.model import World
from tests.ingestion.serving import served

QUICK = Patience(connect=2, read=10, attempts=6, backoff=0.02, backoff_max=0.2, longest_wait=30)


@dataclass(frozen=True)
class OperatorWorld:
    """The accounts of one platform, ready to be pulled."""

    world: World
    clock: Clock
    servers: dict[str, VendorServer]
    settings: Settings

    def ingest(self, *objects: str, full: bool = False) -> list[PullResult]:
        results = ingest(self.settings, objects=objects or None, full=full, patience=QUICK)
        failed = [result.error for result in results if result.error]
        assert not failed, failed
        return results

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(duckdb.connect(str(self.settings.home.warehouse))) as connection:
            return connection.execute(sql).fetchall()

    def live_rows(self, account_id: str, object_name: str) -> dict[str, Any]:
        """Native id → payload of the raw rows that are not marked as removed."""
        platform = self.settings.operator.account(account_id).platform
        rows = self.query(
            f"select native_id, payload from raw_{platform}.{object_name} "
            f"where account_id = '{account_id}' and removed_at is null"
        )
        assert len({native_id for native_id, _ in rows}) == len(rows), f"{object_name} holds a row twice"
        return {native_id: json.loads(payload) for native_id, payload in rows}

    def expected(self, account_id: str, object_name: str) -> dict[str, Any]:
        """What the vendor has now, read through JSON as a client would."""
        return json.loads(json.dumps(dict(self.servers[account_id].expected(object_name))))


@contextmanager
def operator_world(
    platform: str,
    home: Path,
    *,
    households: int = 120,
    options: dict[str, str] | None = None,
    account_options: dict[str, Any] | None = None,
    seed: int = 7,
) -> Iterator[OperatorWorld]:
    """Serve every account of `platform`.

    Args:
        options: Of the simulated vendor: its limits, lags and quirks.
        account_options: Of the accounts, as an operator writes them.
    """
    world = build_world(seed=seed, households=households, months=6)
    arrange(world, Layout.including(platform))
    clock = Clock(world.clock_starts_at, world.ends_at)
    package = import_module(f"sandbox.servers.{platform}")
    servers: dict[str, VendorServer] = {}
    accounts, secrets = [], {}
    with ExitStack() as stack:
        for account in accounts_of(world, "http://vendor.invalid"):
            if account.platform != platform:
                continue
            served_account = replace(account, options={**account.options, **(options or {})})
            server = package.build(world, served_account, clock, Faults())
            servers[account.account_id] = server
            url = stack.enter_context(served(server.app))
            secrets[account.account_id] = dict(account.credentials)
            # Files have no API behind them: their address is the account's whole configuration.
            options_of = {name: url + path for name, path in package.ACCESS.paths.items()}
            accounts.append(
                Account(
                    account_id=account.account_id,
                    platform=platform,
                    timezone="America/Chicago",
                    base_url=url,
                    token_url=url + package.ACCESS.token_path if package.ACCESS.token_path else None,
                    options={**options_of, **(account_options or {})},
                )
            )
        operator = OperatorConfig(
            name="Test operator",
            brands=tuple(Brand(key=b.key, name=b.name, timezone=b.timezone) for b in world.brands.values()),
            accounts=tuple(accounts),
        )
        yield OperatorWorld(
            world, clock, servers, Settings(Home(home), operator, home / "operator.yml", secrets)
        )
