"""How well and how fast records become households, against the sandbox's truth.

    python -m benchmarks identity [--households N] [--months M] [--seeds 7,11] [--noise low|default|high]
    python -m benchmarks identity --pipeline

Prints, per seed, pairwise precision, recall and F1 and B-cubed at household and person level, and the time
of a full build and of a second one. Seeds 1 to 3 are for tuning; report 7 and 11, which no rule has been
fitted to.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, fields, replace
from pathlib import Path

import duckdb
import httpx

from benchmarks.identity_records import write_rows, write_world
from ingestion.config import load_settings
from ingestion.run import ingest
from sandbox.server import Sandbox
from sandbox.world import Noise, build_world
from tests.identity.operator_records import PROJECT, run_dbt

NOISE_FACTORS = {"low": 0.4, "default": 1.0, "high": 2.0}
# Not untidiness, but how many people and homes of each kind there are.
POPULATION = {"second_adult", "landlord", "commercial", "managed_building", "moves_away", "second_home"}


@dataclass(frozen=True)
class Agreement:
    """Shares between 0 and 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def __str__(self) -> str:
        return f"P {self.precision:.4f}  R {self.recall:.4f}  F1 {self.f1:.4f}"


def pairwise(connection: duckdb.DuckDBPyConnection, found: str, true: str) -> Agreement:
    """Of the pairs put together, how many belong together, and the other way round."""
    (together, found_pairs, true_pairs) = connection.execute(f"""
        with cells as (select {found} as f, {true} as t, count(*) as n from scored group by all),
        found as (select sum(n) as n from cells group by f),
        truth as (select sum(n) as n from cells group by t)
        select (select sum(n * (n - 1) / 2) from cells), (select sum(n * (n - 1) / 2) from found),
            (select sum(n * (n - 1) / 2) from truth)
    """).fetchone()
    return Agreement(
        float(together / found_pairs) if found_pairs else 1.0,
        float(together / true_pairs) if true_pairs else 1.0,
    )


def b_cubed(connection: duckdb.DuckDBPyConnection, found: str, true: str) -> Agreement:
    """The same record by record, so that a big cluster does not outweigh all others."""
    precision, recall = connection.execute(f"""
        with cells as (select {found} as f, {true} as t, count(*) as n from scored group by all),
        sized as (
            select n, sum(n) over (partition by f) as found_size, sum(n) over (partition by t) as true_size
            from cells
        )
        select sum(n * n / found_size) / sum(n), sum(n * n / true_size) / sum(n) from sized
    """).fetchone()
    return Agreement(float(precision), float(recall))


def scores(warehouse: Path) -> dict[str, Agreement]:
    """Agreement of the bridge with `truth.members` (record_key, household, person)."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("""
            create temp table scored as
            select household_key, person_key, household, person
            from truth.members inner join core.bridge_household_members using (record_key)
        """)
        return {
            "household pairs": pairwise(connection, "household_key", "household"),
            "household B3": b_cubed(connection, "household_key", "household"),
            "person pairs": pairwise(connection, "person_key", "person"),
            "person B3": b_cubed(connection, "person_key", "person"),
        }


def noise_at(level: str) -> Noise:
    default = Noise()
    factor = NOISE_FACTORS[level]
    untidy = [field.name for field in fields(default) if field.name not in POPULATION]
    typed = untidy[: untidy.index("partner_asks")]
    return replace(default, **{name: min(0.95, getattr(default, name) * factor) for name in typed})


def measure(seed: int, households: int, months: int, level: str, folder: Path) -> None:
    world = build_world(seed=seed, households=households, months=months, noise=noise_at(level))
    folder.mkdir(parents=True, exist_ok=True)
    records = write_world(world, folder / "warehouse.duckdb")
    times = []
    for _ in range(2):
        started = time.monotonic()
        run_dbt(folder, [])
        times.append(time.monotonic() - started)
    print(f"seed {seed}, {level} noise: {records:,} records; build {times[0]:.1f} s, again {times[1]:.1f} s")
    for name, agreement in scores(folder / "warehouse.duckdb").items():
        print(f"  {name:16} {agreement}")


def measure_pipeline(seed: int, households: int, months: int, folder: Path) -> None:
    """The whole way: vendor servers, pulls, load, staging, identity; default noise."""
    with Sandbox.start(households=households, seed=seed, months=months) as sandbox:
        settings = load_settings(home=folder, config=sandbox.config_path)
        ingest(settings)
        true = {level: truth(sandbox.control_url, level) for level in ("household", "person")}
    command = [
        str(Path(sys.executable).with_name("dbt")),
        "build",
        "--quiet",
        "--select",
        "+bridge_household_members",
    ]
    command += ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    command += [
        "--project-dir",
        str(PROJECT),
        "--profiles-dir",
        str(PROJECT),
        "--target-path",
        str(folder / "target"),
    ]
    subprocess.run(command, env=os.environ | {"FOURWIRE_WAREHOUSE": str(settings.home.warehouse)}, check=True)
    with duckdb.connect(str(settings.home.warehouse)) as connection:
        found = connection.execute(
            "select record_key, account_id, entity, native_id from core.bridge_household_members"
        ).fetchall()
        rows = [
            {"record_key": key, "household": true["household"][record], "person": true["person"][record]}
            for key, account, entity, native_id in found
            # A native id of several parts ends in the id that the vendor shows.
            if (record := (account, entity, native_id.rsplit("|", 1)[-1])) in true["household"]
        ]
        write_rows(
            connection, "truth.members", dict.fromkeys(("record_key", "household", "person"), "varchar"), rows
        )
    print(
        f"seed {seed}, through the pipeline: {len(found):,} records, {len(rows):,} of them known to the truth"
    )
    for name, agreement in scores(settings.home.warehouse).items():
        print(f"  {name:16} {agreement}")


def truth(control_url: str, level: str) -> dict[tuple[str, str, str], str]:
    """(account, entity, native id) to the true household or person, from the sandbox's control API."""
    lines = httpx.get(f"{control_url}/truth/{level}s", timeout=120).text.splitlines()
    return {
        (member["account_id"], member["entity"], member["native_id"]): str(row[f"{level}_id"])
        for row in map(json.loads, lines)
        for member in row["members"]
    }


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks identity", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--households", type=int, default=2000)
    parser.add_argument("--months", type=int, default=18)
    parser.add_argument("--seeds", default="7,11")
    parser.add_argument("--noise", choices=NOISE_FACTORS, default="default")
    parser.add_argument(
        "--keep", type=Path, help="folder in which the warehouses stay, to look into mistakes"
    )
    parser.add_argument(
        "--pipeline", action="store_true", help="pull from the vendor servers instead of the world"
    )
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as scratch:
        for seed in map(int, options.seeds.split(",")):
            folder = (options.keep or Path(scratch)) / f"seed-{seed}-{options.noise}"
            if options.pipeline:
                measure_pipeline(seed, options.households, options.months, folder)
                continue
            measure(seed, options.households, options.months, options.noise, folder)


if __name__ == "__main__":
    main()
