"""A day's news on top of the last build gives what a build from nothing gives.

Random days of new, changed and vanished records, on a warehouse that goes on and on new ones.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

import duckdb
import pytest

from tests.identity.cases import CASES, add_crowd
from tests.identity.operator_records import OperatorRecords, run_dbt

MODELS = ("+int_identities__review_queue", "+int_calls__resolved")
WITHOUT_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
DAYS = 3
OWNERS = {
    "int_contact_points__unioned": "owner_key",
    "int_locations__unioned": "customer_key",
    "int_customers__unioned": "customer_key",
    "int_leads__unioned": "lead_key",
}
# Household and person by the smallest record in it: keys remember the past, and a new warehouse has none.
FACTS = {
    "records": "select * from identity.int_identities__records",
    "contact points": "select * from identity.int_contact_points__normalized",
    "locations": "select * from identity.int_locations__normalized",
    "profiles": "select * from identity.int_identities__profiles",
    "candidates": "select * from identity.int_identities__candidates",
    "scored": "select * from identity.int_identities__scored",
    "edges": "select * from identity.int_identities__edges",
    "clusters": "select * from identity.int_identities__clustered",
    "households": """
        select record_key, min(record_key) over (partition by household_key) as household,
            min(record_key) over (partition by person_key) as person
        from identity.int_identities__registered
        where valid_to is null
        """,
    "review queue": """
        select review_key, left_key, right_key, reason, evidence, weight
        from identity.int_identities__review_queue
        """,
}


class Days:
    """The warehouse that goes on from day to day, and a new one for each day."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.records = OperatorRecords()
        self.choice = random.Random(seed)
        for add in CASES.values():
            add(self.records)
        add_crowd(self.records, 120, seed)

    def pass_one(self, day: int) -> None:
        """Some twenty records come, some change name, number or street, some go."""
        newcomers = OperatorRecords()
        add_crowd(newcomers, 20, self.choice.randrange(1000))
        for table, rows in newcomers.tables.items():
            self.records.tables[table] += [self._of_day(row, day) for row in rows]
        for table, column in (
            ("int_customers__unioned", "full_name"),
            ("int_leads__unioned", "full_name"),
            ("int_contact_points__unioned", "contact_value"),
            ("int_locations__unioned", "street"),
        ):
            rows = [row for row in self.records.tables[table] if row.get(column)]
            for row, other in zip(self.choice.sample(rows, 4), self.choice.sample(rows, 4), strict=True):
                kind = row.get("contact_kind")
                if kind == other.get("contact_kind"):
                    row[column] = other[column]
        gone = set(self.choice.sample(self._owners(), 5))
        for table, owner in OWNERS.items():
            rows = self.records.tables[table]
            self.records.tables[table] = [row for row in rows if row[owner] not in gone]

    def build(self, name: str) -> dict[str, list[tuple]]:
        """Write the records into the warehouse of that name, resolve them, and read every fact."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
            self.records._write(connection, self.choice.randrange(1000))
        run_dbt(folder, ["--select", *MODELS, *WITHOUT_TESTS])
        with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
            return {
                fact: connection.execute(f"from ({query}) order by all").fetchall()
                for fact, query in FACTS.items()
            }

    def outdate(self, name: str) -> None:
        """As if an older version had read the names, and wrongly."""
        with duckdb.connect(str(self.folder / name / "warehouse.duckdb")) as connection:
            connection.execute("update identity.int_names__parsed set recipe = 'older', given_name = 'stale'")

    def _owners(self) -> list[str]:
        tables = ("int_customers__unioned", "int_leads__unioned")
        return sorted(row[OWNERS[table]] for table in tables for row in self.records.tables[table])

    def _of_day(self, row: dict, day: int) -> dict:
        """The same row under keys of its own."""
        return {
            column: f"{value[:-4]}d{day:03d}"
            if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{32}", value)
            else value
            for column, value in row.items()
        }


@pytest.fixture(scope="module", params=[1, 2])
def days(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict, dict]]:
    """By day: what the increment gives, and what a build from nothing gives; the last is after an upgrade."""
    world = Days(tmp_path_factory.mktemp("increments"), request.param)
    built = [(world.build("kept"), {})]
    for day in range(1, DAYS + 1):
        world.pass_one(day)
        if day == DAYS:
            world.outdate("kept")
        built.append((world.build("kept"), world.build(f"new-{day}")))
    return built[1:]


@pytest.mark.parametrize("fact", FACTS)
def test_an_increment_is_a_full_rebuild(days: list[tuple[dict, dict]], fact: str) -> None:
    assert all(rebuild[fact] for _, rebuild in days), "nothing to compare"
    for increment, rebuild in days:
        assert increment[fact] == rebuild[fact]
