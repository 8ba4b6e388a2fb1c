"""How fast each source pulls and loads, and where its time goes: the vendor, our own code, or loading.

    python -m benchmarks sources [--households N] [--months M] [--platform NAME …]

The vendor is the sandbox in a process of its own, with the vendor's own limits: a source that waits is one
that its vendor holds back. Own code is CPU time while pulling (reading answers, archiving) and decoding at
load time.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.daily import running_sandbox
from ingestion.config import load_settings
from ingestion.run import load_landed, pull_accounts
from ingestion.sources import discover
from sandbox.layout import Layout


@dataclass(frozen=True)
class Measured:
    """One platform's first load; seconds."""

    platform: str
    requests: int
    rows: int
    pulling: float
    own: float
    loading: float
    slowest: str

    @property
    def seconds(self) -> float:
        return self.pulling + self.loading

    @property
    def waiting(self) -> float:
        return max(0.0, self.pulling - self.own)


def measure(platform: str, households: int, months: int, seed: int) -> Measured:
    layout = Layout.including(platform)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_sandbox(Path(folder), households, months, seed, layout),
    ):
        settings = load_settings(home=Path(folder) / "home", config=Path(folder) / "operator.yml")
        accounts = [one.account_id for one in settings.operator.accounts if one.platform == platform]
        began, began_cpu = time.perf_counter(), time.process_time()
        results = pull_accounts(settings, accounts)
        pulled, pulled_cpu = time.perf_counter(), time.process_time()
        failed = [result.error for result in results if result.error]
        if failed:
            raise SystemExit(f"{platform}: {failed[0]}")
        loaded = load_landed(settings, [platform])
        slowest = max(results, key=lambda result: result.seconds)
        return Measured(
            platform,
            sum(result.pages for result in results),
            sum(result.rows for result in results),
            pulled - began,
            pulled_cpu - began_cpu + loaded.seconds_decoding,
            loaded.seconds,
            f"{slowest.object} {slowest.seconds:.1f} s",
        )


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks sources", description=__doc__)
    parser.add_argument("--households", type=int, default=2_000)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--platform", action="append", choices=list(discover()))
    chosen = parser.parse_args(argv)
    table = Table(
        title=f"First load of each source, {chosen.households:,} households x {chosen.months} months"
    )
    table.add_column("platform")
    for title in ("pages", "rows", "seconds", "rows/s", "waiting", "own code", "loading"):
        table.add_column(title, justify="right")
    table.add_column("slowest object")
    for platform in chosen.platform or discover():
        one = measure(platform, chosen.households, chosen.months, chosen.seed)
        table.add_row(
            platform,
            f"{one.requests:,}",
            f"{one.rows:,}",
            f"{one.seconds:.1f}",
            f"{one.rows / one.seconds:,.0f}",
            *(f"{part:.1f} s" for part in (one.waiting, one.own, one.loading)),
            one.slowest,
        )
    Console(width=120).print(table)
