"""The daily loop on a tenant of real size: first load, then an ordinary day, with where the time goes.

    python -m benchmarks daily [--households N] [--months M] [--home FOLDER]

The defaults make about 160,000 jobs and 170,000 invoices over five years. The sandbox runs as a process of
its own, so its rendering competes for the same cores: the pull times are upper bounds.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import httpx
from rich.console import Console
from rich.table import Table

from ingestion.config import Settings, load_settings
from ingestion.run import load_landed, pull_accounts
from orchestration import project, snapshot
from orchestration.platforms import in_use
from sandbox.layout import Layout

CONSOLE = Console()


@dataclass
class Loop:
    """Seconds by step of one daily loop."""

    name: str
    seconds: dict[str, float] = field(default_factory=dict)
    rows: int = 0

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        CONSOLE.print(f"  {self.name}: {name} …", style="dim")
        yield
        self.seconds[name] = time.perf_counter() - began


@contextmanager
def running_sandbox(
    folder: Path, households: int, months: int, seed: int, layout: Layout | None = None
) -> Iterator[dict]:
    """A sandbox in a process of its own; its operator configuration is `folder`/operator.yml."""
    chosen = layout or Layout()
    info, config = folder / "info.json", folder / "operator.yml"
    arguments = [
        "--households",
        households,
        "--months",
        months,
        "--seed",
        seed,
        "--info",
        info,
        "--config-out",
        config,
        *(f"--dispatch={brand}={platform}" for brand, platform in chosen.dispatch.items()),
        *(f"--system={platform}" for platform in chosen.systems),
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli", "sandbox", "serve", *map(str, arguments)],
        stdout=subprocess.DEVNULL,
    )
    try:
        while not info.is_file():
            if process.poll() is not None:
                raise SystemExit(f"the sandbox ended with status {process.returncode}")
            time.sleep(0.2)
        yield json.loads(info.read_text())
    finally:
        process.terminate()
        process.wait()


def run_loop(name: str, settings: Settings) -> Loop:
    loop = Loop(name)
    with loop.step("pull"):
        results = pull_accounts(settings)
    failed = [result for result in results if result.error]
    if failed:
        raise SystemExit(f"pull failed: {failed[0]}")
    loop.rows = sum(result.rows for result in results)
    with loop.step("load"):
        load_landed(settings)
    with loop.step("build and check"):
        built = project.build(
            settings.home.warehouse, settings.home.root / "dbt", quiet=True, platforms=in_use(settings)
        )
    if not built.succeeded:
        raise SystemExit("dbt build failed:\n" + "\n".join(built.failures))
    with loop.step("publish"):
        snapshot.publish(settings.home.warehouse, settings.home.published, project.published_models())
    return loop


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks daily", description=__doc__)
    parser.add_argument("--households", type=int, default=60_000)
    parser.add_argument("--months", type=int, default=60)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--home", type=Path, help="keep the warehouse here, to look into it afterwards")
    chosen = parser.parse_args(argv)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_sandbox(Path(folder), chosen.households, chosen.months, chosen.seed) as info,
    ):
        home = chosen.home or Path(folder) / "home"
        settings = load_settings(home=home, config=Path(folder) / "operator.yml")
        loops = [run_loop("first load", settings)]
        httpx.post(f"{info['control_url']}/clock", json={"advance_hours": 24}, timeout=120).raise_for_status()
        loops.append(run_loop("ordinary day", settings))
        _print(loops, settings)


def _print(loops: list[Loop], settings: Settings) -> None:
    table = Table(title="The daily loop")
    table.add_column("step")
    for loop in loops:
        table.add_column(f"{loop.name}, s", justify="right")
    for step in loops[0].seconds:
        table.add_row(step, *(f"{loop.seconds[step]:.1f}" for loop in loops))
    table.add_row("all", *(f"{sum(loop.seconds.values()):.1f}" for loop in loops))
    table.add_row("rows pulled", *(f"{loop.rows:,}" for loop in loops))
    CONSOLE.print(table)
    with duckdb.connect(str(settings.home.warehouse), read_only=True) as connection:
        for entity in ("jobs", "invoices", "estimates", "payments", "leads", "customers"):
            (rows,) = connection.execute(f"select count(*) from conformed.int_{entity}__unioned").fetchone()
            CONSOLE.print(f"  {entity}: {rows:,}")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    CONSOLE.print(f"  peak memory: this process {own:,.0f} MB, largest child {children:,.0f} MB")
