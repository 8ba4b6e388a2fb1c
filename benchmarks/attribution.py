"""What attribution gets right, and what it costs.

    python -m benchmarks attribution [--part truth|speed|library] [--households N] [--months M] [--seeds 7,11]

`truth`: the whole line on a simulated operator; of the completed revenue that a campaign truly caused, how
much each model credits to its channel, and to the campaign itself.
`speed`: the attribution models rebuilt from touches and ledger at 100,000 households and a million touches,
beside DuckDB merely scanning and hash-joining the same rows, and beside a day's news on top of it.
`library`: our Markov and Shapley beside marketing_attribution_models and mta, on random populations; they are
installed apart, on first use. Fails where they differ by more than rounding.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from random import Random

import duckdb
from rich.console import Console
from rich.table import Table

from benchmarks.attribution_rows import write_day, write_operator
from benchmarks.identity_rivals import run_program
from orchestration.project import dbt_command
from tests.pipeline.line import operating
from tests.warehouse.test_channel_values import VALUED, WORKED
from tests.warehouse.worlds import VARIABLES, money_selection

CONSOLE = Console(width=110)  # a narrower pipe would cut the models' names
POPULATIONS = 200
# Figure -> whose it is, and by how much it may differ; mta gives six decimals.
LIBRARIES = {
    "removal_effect": ("marketing_attribution_models", 1e-9),
    "markov_share": ("marketing_attribution_models", 1e-9),
    "shapley_share": ("mta", 1e-6),
}
SLOWEST = 12  # models named one by one
# From touches and ledger entries to credited dollars.
REBUILT = (
    "int_opportunities__windowed int_opportunities__touched int_journeys__counted int_populations__guarded "
    "int_channels__valued int_conversions__fingerprinted int_attribution__weighted int_attribution__credited "
    "int_attribution__allocated int_attribution__shared fct_attribution"
)
KEPT = (
    "int_opportunities__touched", "int_attribution__weighted", "int_attribution__credited",
    "int_attribution__allocated", "int_attribution__shared",
)  # fmt: skip
# Makes touches and ledger entries, and so is no part of the day that is measured.
BEFORE = (
    "path:models/staging/operator int_data__as_of path:models/intermediate/revenue "
    "path:models/intermediate/attribution"
)
# What publishing does: one row per model is written there, and nowhere before.
COPY = ("create table core.copied as from core.fct_attribution", "checkpoint")
# The same rows read and joined, with nothing decided: every touch to the bookings of its household, every
# entry to its booking, every credit to its touch and booking.
SCANS = (
    """
    select count(*), max(touches.touch_at), max(touches.channel), max(opportunities.opportunity_at)
    from attribution.int_touches__resolved as touches
    inner join attribution.int_opportunities__windowed as opportunities
        on touches.household_key = opportunities.household_key and touches.brand_key = opportunities.brand_key
    """,
    """
    select count(*), sum(entries.amount), max(conversions.conversion_at)
    from revenue.int_revenue_entries__unioned as entries
    inner join attribution.int_conversions__identified as conversions using (conversion_key)
    """,
    """
    select count(*), sum(credits.weight), sum(credits.collected_amount), max(touches.touch_at),
        max(conversions.conversion_at)
    from core.copied as credits
    inner join attribution.int_conversions__identified as conversions using (conversion_key)
    left join attribution.int_touches__resolved as touches on touches.touch_key = credits.touch_key
    """,
)


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock and of the processor; the most memory that one process held, MB."""

    wall: float
    cpu: float
    peak: float = 0.0
    models: int = 0


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks attribution", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--part", choices=("truth", "speed", "library"))
    parser.add_argument("--households", type=int, help="2,000 for truth, 100,000 for speed")
    parser.add_argument("--months", type=int, default=18)
    parser.add_argument("--seeds", default="7,11")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as scratch:
        if options.part in (None, "library"):
            compare_libraries(Path(scratch) / "populations.json")
        if options.part in (None, "truth"):
            for seed in map(int, options.seeds.split(",")):
                measure_truth(
                    seed, options.households or 2_000, options.months, Path(scratch) / f"seed-{seed}"
                )
        if options.part in (None, "speed"):
            measure_speed(options.households or 100_000, Path(scratch) / "warehouse.duckdb")


def measure_truth(seed: int, households: int, months: int, home: Path) -> None:
    """Left out is what only an earlier visit caused: the truth calls that existing_customer."""
    with operating(home, seed, households=households, months=months) as line:
        line.pull()
        line.build()
        jobs = [
            (row["account_id"], row["native_id"], row["cause_channel"], row["cause_campaign"])
            for row in line.truth("jobs")
            if row["status"] == "completed" and row["cause_channel"] not in (None, "existing_customer")
        ]
        warehouse = line.warehouse
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create temp table causes (account_id text, native_id text, channel text, campaign text)"
        )
        connection.executemany("insert into causes values (?, ?, ?, ?)", jobs)
        rows = connection.execute("""
            select credits.model,
                sum(credits.completed_amount) as amount,
                coalesce(sum(credits.completed_amount) filter (where credits.channel = causes.channel), 0),
                coalesce(sum(credits.completed_amount) filter (
                    where credits.channel = causes.channel and credits.campaign_name = causes.campaign
                ), 0),
                coalesce(sum(credits.completed_amount) filter (where credits.touch_key is null), 0),
                coalesce(max(credits.guard_reason), '')
            from core.fct_attribution as credits
            inner join core.fct_jobs as jobs using (job_key)
            inner join causes on causes.account_id = jobs.account_id and causes.native_id = jobs.native_id
            inner join seeds.attribution_models as models on models.model = credits.model
            group by credits.model, models.sort_order order by models.sort_order
        """).fetchall()
    table = Table(title=f"Credit against the truth: seed {seed}, {households:,} households, {months} months")
    for name in ("model", "true channel", "true campaign", "uncredited", "of", "guard"):
        table.add_column(name, justify="right" if name not in ("model", "guard") else "left")
    for model, amount, channel, campaign, nothing, guard in rows:
        shares = [f"{float(part) / float(amount):.1%}" for part in (channel, campaign, nothing)]
        table.add_row(model, *shares, f"{amount:,.2f}", guard)
    CONSOLE.print(table)


def compare_libraries(file: Path) -> None:
    """The worked journeys and random ones: channels that come back, that only fail, one channel alone."""
    rng = Random(POPULATIONS)
    populations = [WORKED, *(random_population(rng) for _ in range(POPULATIONS))]
    written = [[[list(journey), *outcomes] for journey, outcomes in each.items()] for each in populations]
    file.write_text(json.dumps(written), encoding="utf-8")
    answers = json.loads(run_program("channel_models.py", file, extra="bench-attribution"))
    differences: dict[str, float] = defaultdict(float)
    for journeys, answer in zip(populations, answers, strict=True):
        booked = sum(count for count, _ in journeys.values())
        for value in VALUED.channel_values(journeys):
            ours = {
                "removal_effect": value.removal_effect,
                "markov_share": value.markov_share,
                "shapley_share": value.shapley_conversions / booked,
            }
            for name, figure in ours.items():
                theirs = answer[name].get(value.channel, 0.0)
                differences[name] = max(differences[name], abs(figure - theirs))
    table = Table(title=f"Beside other implementations: {len(populations):,} populations")
    for name in ("figure", "library", "largest difference", "allowed"):
        table.add_column(name, justify="left" if name in ("figure", "library") else "right")
    for name, (library, allowed) in LIBRARIES.items():
        table.add_row(name, library, f"{differences[name]:.1e}", f"{allowed:.0e}")
    CONSOLE.print(table)
    if any(differences[name] > allowed for name, (_, allowed) in LIBRARIES.items()):
        raise SystemExit("our channel values differ from the libraries'")


def random_population(rng: Random) -> dict[tuple[str, ...], tuple[int, int]]:
    channels = "abcdefg"[: rng.randint(1, 7)]
    journeys = {}
    for _ in range(rng.randint(1, 20)):
        steps = rng.choices(channels, k=rng.randint(1, 6))
        journey = tuple(step for step, before in zip(steps, ["", *steps], strict=False) if step != before)
        journeys[journey] = (rng.randint(0, 30), rng.randint(0, 30))
    journeys[channels[0],] = (rng.randint(1, 30), rng.randint(0, 30))  # something was booked
    return {journey: outcomes for journey, outcomes in journeys.items() if any(outcomes)}


def measure_speed(households: int, warehouse: Path) -> None:
    written = write_operator(warehouse, households)
    CONSOLE.print(", ".join(f"{table.split('.')[1]} {count:,}" for table, count in written.items()))
    everything = run(warehouse, "build", *money_selection(tests=False))
    rebuilt = rebuild(warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        copied = measured(connection, *COPY)
        scanned = measured(connection, *SCANS)
        touches = connection.execute("select count(*) from attribution.int_touches__resolved").fetchall()[0][
            0
        ]
        credits = connection.execute("select count(*) from core.fct_attribution").fetchall()[0][0]
    CONSOLE.print(f"touches {touches:,}, rows of credit {credits:,}")
    for name, cost in (("touches, ledger and marts", everything), ("attribution rebuilt", rebuilt)):
        CONSOLE.print(
            f"{name}: {cost.wall:.1f} s in {cost.models} models, {cost.cpu:.1f} s of processor with dbt, "
            f"peak {cost.peak:,.0f} MB"
        )
    CONSOLE.print(f"scanned and joined: {scanned.wall:.1f} s, {scanned.cpu:.1f} s of processor")
    CONSOLE.print(f"fct_attribution copied: {copied.wall:.1f} s, {copied.cpu:.1f} s of processor")
    CONSOLE.print(
        f"multiple: {rebuilt.wall / scanned.wall:.1f} by the clock, "
        f"{rebuilt.wall / (scanned.wall + copied.wall):.1f} of scanning, joining and writing"
    )
    measure_day(warehouse)


def measure_day(warehouse: Path) -> None:
    """A day's news on top of what was kept, and the same made from nothing."""
    write_day(warehouse)
    run(warehouse, "run", "--select", *BEFORE.split(), "--exclude", *REBUILT.split())
    day = run(warehouse, "run", "--select", *REBUILT.split())
    kept = fingerprints(warehouse)
    rebuilt = rebuild(warehouse)
    identical = "yes" if fingerprints(warehouse) == kept else "NO"
    for name, cost in (("incremental day", day), ("the same from nothing", rebuilt)):
        CONSOLE.print(
            f"{name}: {cost.wall:.1f} s in {cost.models} models, {cost.cpu:.1f} s of processor with dbt, "
            f"peak {cost.peak:,.0f} MB"
        )
    CONSOLE.print(f"day: {day.wall / rebuilt.wall:.1%} of a rebuild by the clock, identical: {identical}")


def rebuild(warehouse: Path) -> Cost:
    return run(warehouse, "run", "--full-refresh", "--select", *REBUILT.split())


def fingerprints(warehouse: Path) -> list[tuple[int, int]]:
    """Rows of each kept table, and the sum of their hashes."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return [
            connection.execute(
                f"select count(*), sum(hash(kept)) from attribution.{name} as kept"
            ).fetchall()[0]
            for name in KEPT
        ]


def run(warehouse: Path, *arguments: str) -> Cost:
    """One dbt command; its wall time is that of the models alone, one after the other."""
    target = warehouse.parent / "target"
    target.mkdir(exist_ok=True)
    output = target / "dbt.out"
    with output.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(
            dbt_command(*arguments, "--threads", "1", "--vars", VARIABLES),
            env=os.environ | {"FOURWIRE_WAREHOUSE": str(warehouse), "DBT_TARGET_PATH": str(target)},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        # Of this command alone: RUSAGE_CHILDREN keeps the peak of the largest one so far.
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(output.read_text(encoding="utf-8")[-4000:])
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    seconds = {result["unique_id"].split(".")[2]: result["execution_time"] for result in results}
    for name in sorted(seconds, key=seconds.__getitem__, reverse=True)[:SLOWEST]:
        CONSOLE.print(f"  {name}: {seconds[name]:.1f} s", style="dim")
    return Cost(
        wall=sum(seconds.values()),
        cpu=used.ru_utime + used.ru_stime,
        peak=used.ru_maxrss / 1024,
        models=len(seconds),
    )


def measured(connection: duckdb.DuckDBPyConnection, *statements: str) -> Cost:
    """What the statements cost in this process, one after the other."""
    began, clock = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    for statement in statements:
        connection.execute(statement).fetchall()
    ended = resource.getrusage(resource.RUSAGE_SELF)
    return Cost(
        wall=time.perf_counter() - clock,
        cpu=ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
