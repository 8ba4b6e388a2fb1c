"""Train the weights of the identity model and write them into the repository, for review.

    python -m benchmarks.identity_training [WAREHOUSE ...]

Without arguments on the sandbox and pseudopeople (both of seed 1) and FEBRL 2, none of which is reported;
with arguments on the warehouses of an operator. Splink estimates m and u by EM, without any labels, from the
levels that the macros of identity_levels.sql define.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

import duckdb

from benchmarks.identity import data_sets, resolve
from benchmarks.identity_levels import WEIGHTS, declared_levels
from benchmarks.identity_prediction import write_prediction
from benchmarks.identity_rivals import run_program

TRAINED_ON = ["sandbox", "people", "febrl2"]


def export_profiles(warehouse: Path, target: Path) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute(f"copy identity.int_identities__profiles to '{target}' (format parquet)")


def training_warehouses(folder: Path) -> list[Path]:
    warehouses = []
    for number, data in enumerate(data_sets(TRAINED_ON, [1], 2000, 18, folder)):
        build = folder / f"{number}"
        build.mkdir()
        data.records.write(build / "warehouse.duckdb")
        resolve(build, ["--select", "+int_identities__profiles"])
        warehouses.append(build / "warehouse.duckdb")
    return warehouses


def main(arguments: list[str]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        profiles = folder / "profiles"
        profiles.mkdir()
        for number, warehouse in enumerate(
            map(Path, arguments) if arguments else training_warehouses(folder)
        ):
            export_profiles(warehouse, profiles / f"{number}.parquet")
        (folder / "levels.json").write_text(json.dumps(declared_levels()), encoding="utf-8")
        run_program("training.py", profiles, folder / "levels.json", folder / "weights.csv")
        shutil.copy(folder / "weights.csv", WEIGHTS)
        (folder / "prediction").mkdir()
        write_prediction(folder / "prediction")
    print(f"wrote {WEIGHTS}; look at the difference before it is committed")


if __name__ == "__main__":
    main(sys.argv[1:])
