"""A day's news on top of the last build gives the credit that a build from nothing gives, row by row.

Random days of new, changed, moved and deleted records, changed settings, and an upgrade of the code.
"""

from __future__ import annotations

import shutil
from collections import Counter
from copy import deepcopy
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from benchmarks.attribution import KEPT, REBUILT
from tests.warehouse.late_facts import as_known_at_first, shuffled, with_late_facts
from tests.warehouse.random_rows import Rows, add_household, random_world
from tests.warehouse.worlds import SEEDS, run_dbt, write_world

SEED = 5
# A column that nothing else is made from, so that only the spoiled rows differ.
SPOILED = {"int_opportunities__touched": "touch_at = null"}
MADE = (
    "path:models/staging/operator int_data__as_of path:models/intermediate/revenue "
    "path:models/intermediate/attribution dim_marketing_sources fct_attribution"
)


def known_late(final: Rows) -> Rows:
    """What came late to the six, and random news of the others: asked, moved, merged, deleted, cancelled."""
    rng, news = Random(SEED), deepcopy(final)
    for number in range(900, 903):
        add_household(news, rng, f"H{number}", "north")
    leads = rng.sample([row for row in news["leads"] if row["lead_key"].startswith("LH")], 16)
    for lead in leads[:4]:
        lead["utm_campaign"], lead["utm_source"] = "c9", "yelp"
    for lead in leads[4:8]:
        lead["occurred_at"] -= timedelta(days=20)
    deleted = {lead["lead_key"] for lead in leads[8:12]}
    news["leads"] = [row for row in news["leads"] if row["lead_key"] not in deleted]
    jobs = rng.sample([row for row in news["jobs"] if row["job_key"].startswith("JH")], 12)
    for job in jobs[:4]:
        job["booked_at"] += timedelta(days=9)
    for job in jobs[4:6]:
        job["is_deleted"] = True
    for job in jobs[6:9]:
        job["customer_key"] = "CH000"
    for payment in rng.sample(news["payments"], 5):
        payment["amount"] += Decimal("0.01")
    parted = {lead["lead_key"] for lead in leads[12:]}
    for row in news["bridge_household_members"]:
        if row["household_key"] == "H003":
            row["household_key"] = "H001"
        if row["record_key"] in parted:
            row["household_key"] = "H-parted"
    return news


def settled_otherwise(rows: Rows) -> Rows:
    """The operator looks back less far, shares otherwise, and learns from less."""
    changed = deepcopy(rows)
    given = {
        "attribution.window_days.default": "21",
        "attribution.position.first": "0.3",
        "attribution.smallest_population": "5",
    }
    kept = [row for row in changed["operator.settings"] if row["key"] not in given]
    changed["operator.settings"] = kept + [{"key": key, "value": value} for key, value in given.items()]
    return changed


def make(warehouse: Path, rows: Rows) -> None:
    write_world(warehouse, shuffled(rows, SEED))
    result = run_dbt("run", warehouse, "--select", *MADE.split())
    assert result.returncode == 0, result.stdout[-4000:]


def credit(warehouse: Path) -> dict[str, Counter[tuple[Any, ...]]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {
            name: Counter(connection.execute(f"from attribution.{name}").fetchall())
            for name in (*KEPT, "int_journeys__counted", "int_channels__valued")
        }


def from_nothing(warehouse: Path, folder: Path) -> dict[str, Counter[tuple[Any, ...]]]:
    """The same inputs, without what was kept."""
    folder.mkdir()
    rebuilt = folder / "warehouse.duckdb"
    shutil.copyfile(warehouse, rebuilt)
    result = run_dbt("run", rebuilt, "--full-refresh", "--select", *REBUILT.split())
    assert result.returncode == 0, result.stdout[-4000:]
    return credit(rebuilt)


@pytest.fixture(scope="module")
def final() -> Rows:
    return with_late_facts(random_world(SEED))


@pytest.fixture(scope="module")
def first(final: Rows, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse before the news."""
    warehouse = tmp_path_factory.mktemp("first") / "warehouse.duckdb"
    write_world(warehouse, {})
    result = run_dbt("seed", warehouse, "--select", *SEEDS.split())
    assert result.returncode == 0, result.stdout[-4000:]
    make(warehouse, as_known_at_first(final, SEED))
    return warehouse


def test_days_of_news_equal_a_rebuild(final: Rows, first: Path, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copyfile(first, warehouse)
    before = credit(warehouse)
    for number, rows in enumerate((known_late(final), settled_otherwise(final))):
        make(warehouse, rows)
        after = credit(warehouse)
        assert [name for name in KEPT if after[name] == before[name]] == []
        expected = from_nothing(warehouse, tmp_path / f"rebuilt-{number}")
        assert [name for name, rows in after.items() if rows != expected[name]] == []
        before = after


def test_what_did_not_move_is_kept_and_older_code_is_not(first: Path, tmp_path: Path) -> None:
    """Rows of two fingerprints per table are spoiled, one as if older code had made them."""
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copyfile(first, warehouse)
    before = credit(warehouse)
    spoiled = {}
    with duckdb.connect(str(warehouse)) as connection:
        for name in KEPT:
            table, wrong = f"attribution.{name}", SPOILED.get(name, "touch_key = 'spoiled'")
            older, today = connection.execute(
                f"select min(fingerprint), max(fingerprint) from {table}"
            ).fetchone()
            connection.execute(f"update {table} set {wrong} where fingerprint in (?, ?)", [older, today])
            connection.execute(f"update {table} set fingerprint = 1 where fingerprint = ?", [older])
            spoiled[name] = today
    result = run_dbt("run", warehouse, "--select", *REBUILT.split())
    assert result.returncode == 0, result.stdout[-4000:]
    after = credit(warehouse)
    for name, today in spoiled.items():
        different = after[name] - before[name]
        assert different and all(today in row for row in different)
        assert (before[name] - after[name]).total() == different.total()
