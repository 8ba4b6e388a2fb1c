"""The sum of bits in SQL is the match weight that Splink itself gives the same pairs under the same weights.

`python -m benchmarks.identity_prediction` writes the fixtures; whoever changes weights or levels runs it
again.
"""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from tests.fixtures.dbt_forks import parsed
from tests.identity.operator_records import project_of_identity

FIXTURES = Path(__file__).parents[1] / "fixtures/identity"
# Every pair that no guard forbids, however unlike.
VARIABLES = "{platforms: {}, identity_match_bits: -10000}"

Pairs = dict[tuple[str, str], float]


@pytest.fixture(scope="module")
def of_splink() -> Pairs:
    with (FIXTURES / "splink_match_weights.csv").open(encoding="utf-8") as file:
        return {
            (row["left_key"], row["right_key"]): float(row["match_weight"]) for row in csv.DictReader(file)
        }


@pytest.fixture(scope="module")
def warehouse(of_splink: Pairs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("match-weights")
    path = folder / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema identity")
        profiles = f"read_json('{FIXTURES / 'profiles.jsonl'}', sample_size = -1)"
        connection.execute(f"create table identity.int_identities__profiles as from {profiles}")
        connection.execute("""
            create table identity.int_identities__records as
            select record_key from identity.int_identities__profiles
        """)
        connection.execute("create table identity.int_identities__candidates (left_key text, right_key text)")
        connection.executemany(
            "insert into identity.int_identities__candidates values (?, ?)", list(of_splink)
        )
    chosen = ["identity_weights", "int_identities__scored"]
    command = ["build", "--quiet", "--select", *chosen, "--exclude-resource-type", "test"]
    result = parsed(project_of_identity(), VARIABLES).run(command, path, folder / "target")
    assert result.returncode == 0, result.stdout
    return path


def test_bits_are_splinks_match_weights(warehouse: Path, of_splink: Pairs) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select left_key, right_key, match_bits from identity.int_identities__scored"
        ).fetchall()
    assert len(rows) > 100
    ours = {(left, right): bits for left, right, bits in rows}
    assert ours == pytest.approx({pair: of_splink[pair] for pair in ours}, abs=1e-6)


# Units aside: flats with other numbers are never one, so no such pair is left.
FIELDS = {"given_name": 4, "surname": 3, "phone": 2, "email": 2, "street": 3, "house_number": 2}
FIELDS |= {"postal_code": 2, "city": 2}


@pytest.mark.parametrize(("field", "best"), FIELDS.items())
def test_the_pairs_show_every_field_agreeing_and_not(warehouse: Path, field: str, best: int) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(f"select distinct {field}_level from identity.int_identities__scored")
        seen = {level for (level,) in rows.fetchall()} - {-1}
    assert best in seen
    assert seen - {best}
