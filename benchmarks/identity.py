"""How well and how fast records become households and persons, beside other resolvers on the same records.

    python -m benchmarks identity [DATA ...] [--seeds 7,11] [--rivals splink,dedupe,goldenmatch]
    python -m benchmarks identity --records 1000000 [--rivals "splink --fast"]
    python -m benchmarks identity --pipeline

DATA is any of sandbox, sandbox-low, sandbox-high (the simulated operator at three levels of untidiness),
febrl1 to febrl4, and people (pseudopeople's households); without, all of them. Each becomes conformed
records, goes through the real dbt models, and is scored: pairs and B-cubed, at household and person level.
Rivals get the same records, cleaned as the warehouse cleans them; of Splink and dedupe every threshold is
shown, also the best, which nobody knows beforehand. Seeds 1 to 3 are for tuning; report others.
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
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import duckdb
import httpx

from benchmarks.identity_conformed import TRUTH, LabelledRecords, write_rows
from benchmarks.identity_febrl import birth_dates, febrl_records
from benchmarks.identity_population import population_records
from benchmarks.identity_records import world_records
from benchmarks.identity_rivals import Rival, measure_rivals, run_program
from benchmarks.identity_scores import Agreement, b_cubed, pairwise
from benchmarks.identity_volume import write_volume
from ingestion.config import load_settings
from ingestion.run import ingest
from sandbox.server import Sandbox
from sandbox.world import Noise, build_world
from tests.identity.operator_records import FACTS, PROJECT, project_of_identity

NOISE_FACTORS = {"low": 0.4, "default": 1.0, "high": 2.0}
# Not untidiness, but how many people and homes of each kind there are.
POPULATION = {"second_adult", "landlord", "commercial", "managed_building", "moves_away", "second_home"}
DATA = ("sandbox-low", "sandbox", "sandbox-high", "febrl1", "febrl2", "febrl3", "febrl4", "people")
WITHOUT_TESTS = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]


@dataclass(frozen=True)
class Labelled:
    """One data set to resolve; `level` is the one that rivals are scored at."""

    name: str
    records: LabelledRecords
    level: str
    birth_dates: dict[str, str | None] | None = None


@dataclass(frozen=True)
class Cost:
    """Of one dbt run in a process of its own."""

    seconds: float
    cpu_seconds: float
    peak_gb: float

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s, {self.cpu_seconds:.1f} s CPU, peak {self.peak_gb:.2f} GB"


def data_sets(
    names: list[str], seeds: list[int], households: int, months: int, folder: Path
) -> Iterator[Labelled]:
    """Each data set of each seed; FEBRL has one version only."""
    if any(name.startswith("febrl") for name in names):
        run_program("sources.py", "febrl", folder)
    for name in names:
        if name.startswith("febrl"):
            source = folder / f"{name}.parquet"
            yield Labelled(name, febrl_records(source), "person", birth_dates(source))
            continue
        for seed in seeds:
            if name == "people":
                run_program("sources.py", "people", folder, seed)
                records = population_records(folder / f"people-{seed}.parquet", seed)
            else:
                noise = noise_at(name.partition("-")[2] or "default")
                records = world_records(
                    build_world(seed=seed, households=households, months=months, noise=noise)
                )
            yield Labelled(f"{name}, seed {seed}", records, "household")


def noise_at(level: str) -> Noise:
    default = Noise()
    factor = NOISE_FACTORS[level]
    untidy = [field.name for field in fields(default) if field.name not in POPULATION]
    typed = untidy[: untidy.index("partner_asks")]
    return replace(default, **{name: min(0.95, getattr(default, name) * factor) for name in typed})


def resolve(folder: Path, arguments: list[str] | None = None) -> Cost:
    """Run the identity models on the warehouse in `folder`, in a process that is measured whole."""
    project = str(project_of_identity())
    command = [str(Path(sys.executable).with_name("dbt")), "build", "--quiet", "--vars", "platforms: {}"]
    command += ["--exclude", "path:models/intermediate/conformed", "path:models/marts/core/households"]
    command += [*FACTS, "source:*", *WITHOUT_TESTS, *(arguments or [])]
    command += ["--project-dir", project, "--profiles-dir", project, "--target-path", str(folder / "target")]
    environment = os.environ | {"FOURWIRE_WAREHOUSE": str(folder / "warehouse.duckdb")}
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, env=environment, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Cost(time.monotonic() - started, cpu, after.ru_maxrss / 1e6)


def own_scores(warehouse: Path) -> list[tuple[str, Agreement, Agreement]]:
    """Agreement of the bridge with `truth.members` (record_key, household, person)."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("""
            create temp table scored as
            select household_key, person_key, household, person
            from truth.members inner join core.bridge_household_members using (record_key)
        """)
        return [
            (
                f"Fourwire {level}s",
                pairwise(connection, "scored", f"{level}_key", level),
                b_cubed(connection, "scored", f"{level}_key", level),
            )
            for level in ("household", "person")
        ]


def print_table(rows: list[tuple[str, Agreement, Agreement]]) -> None:
    print(f"  {'':32} {'pairs: P':>8} {'R':>7} {'F1':>7}  {'B3: P':>7} {'R':>7} {'F1':>7}")
    for name, pairs, cubed in rows:
        print(f"  {name:32} {pairs!s:>24}  {cubed}", flush=True)


def measure(data: Labelled, folder: Path, matchers: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    count = data.records.write(folder / "warehouse.duckdb")
    cost = resolve(folder)
    print(f"{data.name}: {count:,} records; {cost}")
    print_table(own_scores(folder / "warehouse.duckdb"))
    fields = {data.level: None}
    if data.birth_dates:
        fields[f"{data.level}, with birth dates"] = data.birth_dates
    for level, births in fields.items():
        for matcher in matchers:
            found = measure_rivals(folder / "warehouse.duckdb", folder, [matcher], data.level, births)
            print_rivals(found, level)


def print_rivals(rivals: list[Rival], level: str) -> None:
    for rival in rivals:
        print(f"  {rival.name + ', ' + level:32} {rival.pairs!s:>24}  {rival.b_cubed}", flush=True)
    for name, seconds, cpu, peak in sorted(
        {(r.name.split()[0], r.seconds, r.cpu_seconds, r.peak_gb) for r in rivals}
    ):
        print(f"  {name}: {seconds:.1f} s, {cpu:.1f} s CPU, peak {peak:.2f} GB")


def measure_volume(records: int, folder: Path, matchers: list[str]) -> None:
    """Time and memory at size: a first build, a second one without news, and the rivals."""
    folder.mkdir(parents=True, exist_ok=True)
    count = write_volume(records, folder / "warehouse.duckdb")
    print(f"{count:,} records")
    print(f"  first build: {resolve(folder)}")
    print_table(own_scores(folder / "warehouse.duckdb"))
    print(f"  again, nothing new: {resolve(folder)}", flush=True)
    print_rivals(measure_rivals(folder / "warehouse.duckdb", folder, matchers, "household"), "household")


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
        write_rows(connection, "truth.members", TRUTH, rows)
    print(
        f"seed {seed}, through the pipeline: {len(found):,} records, {len(rows):,} of them known to the truth"
    )
    print_table(own_scores(settings.home.warehouse))


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
    parser.add_argument("data", nargs="*", metavar="DATA", help=", ".join(DATA))
    parser.add_argument("--households", type=int, default=2000, help="size of the sandbox's world")
    parser.add_argument("--months", type=int, default=18)
    parser.add_argument("--seeds", default="7,11")
    parser.add_argument("--rivals", default="", help="comma-separated: splink, dedupe, goldenmatch")
    parser.add_argument("--records", type=int, help="measure time and memory at about this many records")
    parser.add_argument(
        "--keep", type=Path, help="folder in which the warehouses stay, to look into mistakes"
    )
    parser.add_argument(
        "--pipeline", action="store_true", help="pull from the vendor servers instead of the world"
    )
    options = parser.parse_args(argv)
    if unknown := set(options.data) - set(DATA):
        parser.error(f"no data set {', '.join(sorted(unknown))}; there are: {', '.join(DATA)}")
    seeds = [int(seed) for seed in options.seeds.split(",")]
    matchers = list(filter(None, options.rivals.split(",")))
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        if options.records:
            measure_volume(options.records, folder / f"records-{options.records}", matchers)
            return
        if options.pipeline:
            for seed in seeds:
                measure_pipeline(seed, options.households, options.months, folder / f"pipeline-{seed}")
            return
        names = options.data or list(DATA)
        for data in data_sets(names, seeds, options.households, options.months, folder):
            measure(data, folder / data.name.replace(", seed ", "-"), matchers)


if __name__ == "__main__":
    main()
