"""One sandbox and one home per test: faults and clocks must not leak from one test into the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import httpx
import pytest

from ingestion.config import Settings, load_settings
from ingestion.http import Patience
from ingestion.run import load_landed, pull_accounts
from ingestion.sources import discover
from sandbox.layout import Layout
from sandbox.server import Sandbox
from tests.conformance.layouts import layouts
from tests.conformance.warehouse import as_written, differences, raw_rows, true_rows

HOUSEHOLDS = 60
MONTHS = 4
# As many attempts as in production, with shorter waits between them.
HASTY = Patience(backoff=0.05, backoff_max=0.5)


@dataclass
class Operator:
    """A sandbox, and a home that pulls from it."""

    sandbox: Sandbox
    settings: Settings

    def ingest(self, *platforms: str, full: bool = False) -> None:
        """Pull and load the accounts of `platforms`, or of all."""
        accounts = [account for platform in platforms for account in self.accounts(platform)]
        results = pull_accounts(self.settings, accounts or None, full, patience=HASTY)
        failed = [f"{pull.account_id}.{pull.object}: {pull.error}" for pull in results if pull.error]
        assert not failed, "\n".join(failed)
        load_landed(self.settings, platforms or None)

    def control(self, method: str, path: str, /, **payload) -> dict:
        answer = httpx.request(method, f"{self.sandbox.control_url}/{path}", json=payload or None, timeout=60)
        answer.raise_for_status()
        return answer.json() if answer.content else {}

    def accounts(self, platform: str) -> list[str]:
        accounts = self.settings.operator.accounts
        return [account.account_id for account in accounts if account.platform == platform]

    def warehouse(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.settings.home.warehouse), read_only=True)

    def assert_raw_equals_truth(self, platform: str) -> None:
        """Every object of every account of `platform`: the same rows, with the same content."""
        wrong = []
        with self.warehouse() as warehouse:
            for account_id in self.accounts(platform):
                for table in compared_objects(platform):
                    actual = raw_rows(warehouse, platform, account_id, table)
                    expected = true_rows(self.sandbox.control_url, account_id, table)
                    if discover()[platform].kind in ("spend", "accounting"):
                        actual = as_written(actual, expected)
                    wrong += [f"{account_id}.{table}: {text}" for text in differences(actual, expected)]
        assert not wrong, "\n".join(wrong)


def compared_objects(platform: str) -> list[str]:
    return [spec.name for spec in discover()[platform].objects]


def platforms() -> list[str]:
    return list(discover())


@pytest.fixture
def operator(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Operator]:
    """An operator with the layout or platform under test; the usual one where the test names neither."""
    parameters = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    if "layout" in parameters:
        layout = layouts()[parameters["layout"]]
    elif "platform" in parameters:
        layout = Layout.including(parameters["platform"])
    else:
        layout = Layout()
    with Sandbox.start(households=HOUSEHOLDS, seed=3, months=MONTHS, layout=layout) as sandbox:
        yield Operator(sandbox, load_settings(home=tmp_path / "home", config=sandbox.config_path))
