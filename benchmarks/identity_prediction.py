"""Write what Splink itself says of some pairs under the reviewed weights, for the test of our SQL.

    python -m benchmarks.identity_prediction

The pairs are the candidates of a small simulated world at high noise. Run it again whenever the weights or
the levels change; `benchmarks.identity_training` does so by itself.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import duckdb
import yaml

from benchmarks.identity import noise_at, resolve
from benchmarks.identity_levels import WEIGHTS, declared_levels
from benchmarks.identity_records import world_records
from benchmarks.identity_rivals import run_program
from sandbox.world import build_world
from tests.identity.operator_records import PROJECT

FIXTURES = Path(__file__).parents[1] / "tests/fixtures/identity"
SEED = 3
HOUSEHOLDS = 60
MONTHS = 18


def write_prediction(folder: Path, fixtures: Path = FIXTURES) -> None:
    """Build a world in `folder`, let Splink weigh its candidates, and replace the fixtures."""
    noise = noise_at("high")
    world = build_world(seed=SEED, households=HOUSEHOLDS, months=MONTHS, noise=noise)
    world_records(world).write(folder / "warehouse.duckdb")
    resolve(folder, ["--select", "+int_identities__candidates"])
    fixtures.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        for name in ("profiles", "candidates"):
            table = f"identity.int_identities__{name}"
            connection.execute(f"copy {table} to '{folder / name}.parquet' (format parquet)")
        profiles = "(from identity.int_identities__profiles order by record_key)"
        connection.execute(f"copy {profiles} to '{fixtures / 'profiles.jsonl'}' (format json)")
    (folder / "levels.json").write_text(json.dumps(declared_levels()), encoding="utf-8")
    inputs = [folder / name for name in ("profiles.parquet", "candidates.parquet", "levels.json")]
    run_program("prediction.py", *inputs, WEIGHTS, population(), fixtures / "splink_match_weights.csv")


def population() -> int:
    """The fewest records among which the models look for a stranger's likeness; the world has fewer."""
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    return project["vars"]["identity_smallest_population"]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        write_prediction(Path(scratch))
    print(f"wrote {FIXTURES}")
