"""Rows per second from a vendor's feed into the warehouse, beside what else one could have written.

    python -m benchmarks ingestion [--rows N]

Three ways to read the same feed from the same local process, one after the other: Fourwire (raw pages
archived, rows de-duplicated, crash-safe), a bare loop of httpx, pyarrow and DuckDB that keeps nothing and
merges nothing, and dlt with its defaults on dictionaries (a sample of the rows: it is slow). CPU seconds are
those of this process: on a busy machine they compare better than the clock does.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import dlt
import duckdb
import httpx
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from benchmarks.vendor_process import serving
from ingestion.config import Account, Brand, Home, OperatorConfig, Settings
from ingestion.run import load_landed, pull_accounts

TARGET = 20_000
DLT_SAMPLE_PAGES = 10
FEED = "/jpm/v2/tenant/1/export/jobs"


@dataclass(frozen=True)
class Measured:
    """One way to ingest: how many rows in how many seconds, and where the seconds went."""

    name: str
    rows: int
    seconds: float
    cpu_seconds: float
    waiting: float | None = None
    decoding: float | None = None
    loading: float | None = None
    note: str = ""


def fourwire(url: str, home: Path) -> Measured:
    settings = _settings(url, home)
    began, began_cpu = time.perf_counter(), time.process_time()
    (result,) = pull_accounts(settings, objects=["jobs"])
    if result.error:
        raise result.error
    pulled = time.perf_counter()
    loaded = load_landed(settings, platforms=["servicetitan"])
    ended = time.perf_counter()
    with duckdb.connect(str(settings.home.warehouse)) as connection:
        (kept,) = connection.execute("select count(*) from raw_servicetitan.jobs").fetchone() or (0,)
    archived = sum(path.stat().st_size for path in settings.home.landing.rglob("*.zst"))
    return Measured(
        "Fourwire",
        result.rows,
        ended - began,
        time.process_time() - began_cpu,
        waiting=result.seconds_waiting,
        decoding=pulled - began - result.seconds_waiting + loaded.seconds_decoding,
        loading=ended - pulled - loaded.seconds_decoding,
        note=f"{kept:,} kept, {archived / 2**20:,.0f} MB raw",
    )


def bare_loop(url: str, home: Path) -> Measured:
    began, began_cpu = time.perf_counter(), time.process_time()
    waiting = decoding = 0.0
    rows: list[dict] = []
    with httpx.Client() as client:
        start: str | None = None
        while True:
            asked = time.perf_counter()
            body = client.get(url + FEED, params={"from": start} if start else {}).content
            answered = time.perf_counter()
            page = json.loads(body)
            rows += page["data"]
            waiting += answered - asked
            decoding += time.perf_counter() - answered
            if not page["hasMore"]:
                break
            start = page["continueFrom"]
    built = time.perf_counter()
    jobs = pa.Table.from_pylist(rows)
    decoding += time.perf_counter() - built
    loading = time.perf_counter()
    with duckdb.connect(str(home / "bare.duckdb")) as connection:
        connection.register("incoming", jobs)
        connection.execute("create table jobs as from incoming")
    ended = time.perf_counter()
    return Measured(
        "bare loop",
        len(rows),
        ended - began,
        time.process_time() - began_cpu,
        waiting,
        decoding,
        ended - loading,
        "nothing archived or merged",
    )


def dlt_defaults(url: str, home: Path) -> Measured:
    count = 0

    @dlt.resource(name="jobs", primary_key="id", write_disposition="merge")
    def jobs():
        nonlocal count
        with httpx.Client() as client:
            start = None
            for _ in range(DLT_SAMPLE_PAGES):
                page = client.get(url + FEED, params={"from": start} if start else {}).json()
                count += len(page["data"])
                yield page["data"]
                if not page["hasMore"]:
                    return
                start = page["continueFrom"]

    pipeline = dlt.pipeline(
        "dlt_defaults",
        destination=dlt.destinations.duckdb(str(home / "dlt.duckdb")),
        dataset_name="raw",
        pipelines_dir=str(home / "dlt_defaults"),
    )
    began, began_cpu = time.perf_counter(), time.process_time()
    pipeline.run(jobs())
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - began_cpu
    return Measured("dlt, defaults", count, seconds, cpu_seconds, note="a sample")


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks ingestion", description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    chosen = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder, serving(chosen.rows) as url:
        home = Path(folder)
        measured = [way(url, home) for way in (fourwire, bare_loop, dlt_defaults)]
    _print(measured)


def _print(measured: list[Measured]) -> None:
    busy = f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    table = Table(title=f"Ingestion into DuckDB; target {TARGET:,} rows/s; {busy}")
    table.add_column("")
    for title in ("rows", "seconds", "rows/s", "rows/CPU-s", "waiting", "decoding", "loading"):
        table.add_column(title, justify="right")
    table.add_column("")
    for each in measured:
        parts = (each.waiting, each.decoding, each.loading)
        table.add_row(
            each.name,
            f"{each.rows:,}",
            f"{each.seconds:.1f}",
            f"{each.rows / each.seconds:,.0f}",
            f"{each.rows / each.cpu_seconds:,.0f}",
            *("" if part is None else f"{part / each.seconds:.0%}" for part in parts),
            each.note,
        )
    Console(width=120).print(table)


def _settings(url: str, home: Path) -> Settings:
    account = Account(
        account_id="benchmark",
        platform="servicetitan",
        timezone="UTC",
        base_url=url,
        token_url=f"{url}/connect/token",
        options={"tenant": "1"},
    )
    operator = OperatorConfig(
        name="Benchmark", brands=(Brand(key="one", name="One", timezone="UTC"),), accounts=(account,)
    )
    secrets = {"benchmark": {"client_id": "cid", "client_secret": "secret", "app_key": "key"}}
    return Settings(Home(home / "home"), operator, home / "operator.yml", secrets)
