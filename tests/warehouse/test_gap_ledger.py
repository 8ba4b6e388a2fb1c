"""The life of a gap over thirty nights: one row, whatever is found, decided and forgotten meanwhile.

The nights run once, in one dbt session over the ledger's models alone; each test looks at what they left.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from ingestion.gap_decisions import DECISION_COLUMNS, GapDecision, decision_rows
from orchestration import project
from tests.fixtures.warehouse import DBT_PROJECT, OPERATOR_TABLES
from tests.warehouse.worlds import VARIABLES

FIRST_NIGHT = datetime(2026, 3, 1, 2, 15)
NIGHTS = 30
MODELS = (
    "stg_operator__gap_decisions", "stg_operator__settings",
    "int_gap_decisions__standing", "fct_reconciliation_gaps", "fct_reconciliation_gap_openings",
    "rpt_wire_health",
)  # fmt: skip
FINDING_COLUMNS = """gap_id varchar, check_id varchar, wire varchar, severity varchar, platform varchar,
    account_id varchar, brand_key varchar, entity varchar, entity_key varchar, native_id varchar,
    native_url varchar, job_key varchar, expected varchar, actual varchar, difference_amount decimal(18, 2),
    dollars_at_risk decimal(18, 2), tolerance varchar, occurred_on date, remedy varchar"""
WIRES = {"A": "3 outcome back", "B": "2 booking out", "C": "3 outcome back", "D": "3 outcome back",
         "W": "1 lead in"}  # fmt: skip
BROUGHT_LATER = (
    "opened_at", "age_days", "owner", "handling", "handled_by", "handled_at", "handled_reason",
    "handled_until_on",
)  # fmt: skip


def night(number: int) -> datetime:
    """When the data of one night ends; the first is night 1."""
    return FIRST_NIGHT + timedelta(days=number - 1)


def day(number: int) -> date:
    return night(number).date()


def findings(number: int) -> dict[str, str]:
    """Gap -> dollars at risk, as the rules find them on one night."""
    found = {"A": "100.00"}  # there on every night
    if number in range(3, 5) or number in range(8, 12):
        found["B"] = "50.00"  # heals, and returns
    if 5 <= number < 25:
        found["C"] = "100.00" if number < 12 else "124.00" if number < 16 else "126.00"
    if 5 <= number < 25:
        found["D"] = "10.00" if number < 12 else "5000.00"
    if number in (6, 7):
        found["W"] = "1.00"
    return found


def decision(gap_id: str, action: Any, **values: Any) -> GapDecision:
    standard = {"decided_at": datetime(2026, 3, 9, 15, tzinfo=UTC), "decided_by": "dana", "times_opened": 1}
    return GapDecision(gap_id, action, **{**standard, "dollars_at_risk": Decimal("100"), **values})


# What somebody said in the evening before each night.
SAID = {
    4: [decision("B", "acknowledge", reason="Dispatch is looking", until_on=day(30))],
    10: [
        decision("A", "acknowledge", reason="Invoice is being written", until_on=day(14)),
        decision("C", "acknowledge", reason="Known", until_on=day(30)),
        decision("D", "snooze", reason="Season", until_on=day(20), dollars_at_risk=Decimal("10")),
    ],
    11: [decision("A", "assign", owner="lee")],
    18: [decision("A", "snooze", reason="Waiting for the vendor", until_on=day(30))],
    22: [decision("A", "withdraw", reason="Too long")],
}


@dataclass
class Nights:
    """What the ledger and the wires' health showed after each night."""

    ledger: dict[int, dict[str, dict[str, Any]]] = field(default_factory=dict)
    health: dict[int, dict[str, dict[str, Any]]] = field(default_factory=dict)
    openings: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)

    def course(self, gap_id: str, column: str) -> list[Any]:
        """One column of one gap, night by night while it is open."""
        rows = [self.ledger[number].get(gap_id) for number in range(1, NIGHTS + 1)]
        return [row[column] for row in rows if row and row["status"] == "open"]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    folder = tmp_path_factory.mktemp("nights")
    warehouse = folder / "warehouse.duckdb"
    lived = Nights()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (
            ("FOURWIRE_WAREHOUSE", warehouse),
            ("DBT_TARGET_PATH", folder),
            ("DBT_LOG_PATH", folder),
        ):
            patch.setenv(name, str(value))
        dbt, said = Dbt(), list[GapDecision]()
        for number in range(1, NIGHTS + 1):
            said += SAID.get(number, [])
            write_night(warehouse, number, said)
            if number == 2:
                forget_life(warehouse)
            dbt.run(*(["--full-refresh"] if number == 20 else []))
            with duckdb.connect(str(warehouse)) as connection:
                lived.ledger[number] = rows(connection, "fct_reconciliation_gaps", "gap_id")
                lived.health[number] = rows(connection, "rpt_wire_health", "wire")
                lived.openings = rows(connection, "fct_reconciliation_gap_openings", "gap_id", "times_opened")
    yield lived


class Dbt:
    """One dbt session: the project is parsed once for all nights."""

    def __init__(self) -> None:
        self._manifest: Any = None

    def run(self, *arguments: str) -> None:
        places = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--vars", VARIABLES]
        runner = dbtRunner(manifest=self._manifest)
        if self._manifest is None:
            self._manifest = runner.invoke(["--quiet", "parse", *places]).result
            runner = dbtRunner(manifest=self._manifest)
        # Artefacts and logs of a session that nobody will read take half of its time.
        lean = ["--quiet", "--no-write-json", "--log-level-file", "none"]
        done = runner.invoke([*lean, "run", *places, "--select", *MODELS, *arguments])
        # dbt keeps the file open in this process, with settings of its own.
        DuckDBConnectionManager.close_all_connections()
        assert done.success, [(each.node.name, each.message) for each in done.result or ()] or done.exception


def write_night(warehouse: Path, number: int, said: list[GapDecision]) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        for schema in ("reconciliation", "raw_operator", "seeds"):
            connection.execute(f"create schema if not exists {schema}")
        connection.execute(
            "create or replace table reconciliation.int_data__as_of as "
            "select ?::timestamp as as_of_at, ?::date as as_of_on",
            [night(number), day(number)],
        )
        connection.execute(f"create or replace table reconciliation.int_gaps__unioned ({FINDING_COLUMNS})")
        for gap_id, dollars in findings(number).items():
            connection.execute(
                "insert into reconciliation.int_gaps__unioned by name "
                "select ? as gap_id, 'key' as entity_key, 'rule' as check_id, "
                "? as wire, ? as severity, ?::decimal(18, 2) as dollars_at_risk",
                [gap_id, WIRES[gap_id], "WARN" if gap_id == "W" else "ERROR", dollars],
            )
        for name, columns in OPERATOR_TABLES.items():
            connection.execute(f"create or replace table raw_operator.{name} ({columns})")
        connection.execute(
            "insert into raw_operator.settings values ('tolerances.gap_growth_share', '0.25'), "
            "('gap_owners.3 outcome back', 'office')"
        )
        marks = ", ".join("?" for _ in DECISION_COLUMNS)
        for row in decision_rows(said):
            connection.execute(f"insert into raw_operator.gap_decisions values ({marks})", row)
        connection.execute(
            "create or replace table seeds.wires as "
            f"select * from read_csv('{DBT_PROJECT / 'seeds/wires.csv'}', header = true)"
        )
        connection.execute(
            "create or replace table seeds.reconciliation_rules as "
            "select 'rule of ' || wire as check_id, wire from seeds.wires where wire <> '4 one customer'"
        )


def forget_life(warehouse: Path) -> None:
    """Make the ledger what a release without these columns left behind."""
    with duckdb.connect(str(warehouse)) as connection:
        for column in BROUGHT_LATER:
            connection.execute(f"alter table reconciliation.fct_reconciliation_gaps drop column {column}")


def rows(connection: duckdb.DuckDBPyConnection, table: str, *keys: str) -> dict[Any, dict[str, Any]]:
    found = connection.execute(f"select * from reconciliation.{table}")
    names = [column[0] for column in found.description or ()]
    records = [dict(zip(names, values, strict=True)) for values in found.fetchall()]
    result = {tuple(each[key] for key in keys): each for each in records}
    assert len(result) == len(records), f"{table} holds one {keys} twice"
    return {key[0] if len(keys) == 1 else key: each for key, each in result.items()}


def test_a_gap_seen_for_thirty_nights_is_one_row(nights: Nights) -> None:
    """Also across a full refresh, and across the release that brought `opened_at`."""
    gap = nights.ledger[NIGHTS]["A"]
    assert (gap["status"], gap["times_opened"], gap["age_days"]) == ("open", 1, 29)
    assert (gap["first_seen_at"], gap["opened_at"], gap["last_seen_at"]) == (night(1), night(1), night(30))
    assert sorted(nights.ledger[NIGHTS]) == ["A", "B", "C", "D", "W"]


def test_a_gap_heals_and_reopens_with_its_history(nights: Nights) -> None:
    assert nights.ledger[6]["B"] | {"status": "resolved", "resolved_at": night(5)} == nights.ledger[6]["B"]
    again = nights.ledger[9]["B"]
    assert (again["status"], again["times_opened"], again["resolved_at"]) == ("open", 2, None)
    assert (again["first_seen_at"], again["opened_at"], again["age_days"]) == (night(3), night(8), 1)
    first, second = nights.openings["B", 1], nights.openings["B", 2]
    assert (first["opened_at"], first["last_seen_at"], first["resolved_at"]) == (night(3), night(4), night(5))
    assert (second["opened_at"], second["resolved_at"]) == (night(8), night(12))


def test_a_word_holds_through_its_last_day(nights: Nights) -> None:
    handling = nights.course("A", "handling")
    assert handling[:9] == ["unhandled"] * 9
    assert handling[9:14] == ["acknowledged"] * 5
    assert handling[14:17] == ["unhandled"] * 3
    assert handling[17:21] == ["snoozed"] * 4
    assert handling[21:] == ["unhandled"] * 9  # withdrawn before its end
    acknowledged = nights.ledger[14]["A"]
    assert acknowledged["handled_by"] == "dana"
    assert acknowledged["handled_at"] == datetime(2026, 3, 9, 15)
    assert (acknowledged["handled_reason"], acknowledged["handled_until_on"]) == (
        "Invoice is being written",
        day(14),
    )
    assert nights.ledger[15]["A"]["handled_reason"] is None


def test_an_acknowledgement_ends_when_the_dollars_grow_beyond_its_share(nights: Nights) -> None:
    assert nights.ledger[15]["C"]["handling"] == "acknowledged"  # 124 of 100
    assert nights.ledger[16]["C"]["handling"] == "unhandled"  # 126 of 100


def test_a_snooze_covers_whatever_comes_until_its_end(nights: Nights) -> None:
    assert nights.ledger[20]["D"]["handling"] == "snoozed"
    assert nights.ledger[21]["D"]["handling"] == "unhandled"


def test_a_word_about_one_opening_says_nothing_about_the_next(nights: Nights) -> None:
    assert nights.ledger[4]["B"]["handling"] == "acknowledged"
    assert nights.ledger[8]["B"]["handling"] == "unhandled"
    assert nights.ledger[6]["B"]["handling"] is None


def test_a_gap_belongs_to_its_wires_owner_until_it_is_assigned(nights: Nights) -> None:
    assert (nights.ledger[10]["A"]["owner"], nights.ledger[11]["A"]["owner"]) == ("office", "lee")
    assert nights.ledger[NIGHTS]["A"]["owner"] == "lee"
    assert nights.ledger[4]["B"]["owner"] is None


def test_a_wire_is_broken_while_nobody_has_taken_on_an_error(nights: Nights) -> None:
    states = [nights.health[number]["3 outcome back"]["state"] for number in range(1, NIGHTS + 1)]
    assert states[:9] == ["broken"] * 9
    assert states[9:14] == ["degraded"] * 5  # all three are acknowledged or snoozed
    assert states[14:] == ["broken"] * 16


def test_a_state_lasts_while_gaps_follow_one_another(nights: Nights) -> None:
    assert nights.health[9]["3 outcome back"]["since_at"] == night(1)
    assert nights.health[12]["3 outcome back"]["since_at"] == night(10)
    assert nights.health[NIGHTS]["3 outcome back"]["since_at"] == night(15)


def test_a_wire_with_warnings_only_is_degraded_and_live_again_once_they_heal(nights: Nights) -> None:
    course = [nights.health[number]["1 lead in"] for number in (5, 6, 7, 8)]
    assert [each["state"] for each in course] == ["live", "degraded", "degraded", "live"]
    assert [each["since_at"] for each in course] == [None, night(6), night(6), night(8)]
    assert [each["warning_gaps"] for each in course] == [0, 1, 1, 0]


def test_a_wire_that_no_rule_watches_is_not_called_live(nights: Nights) -> None:
    assert nights.health[1]["4 one customer"]["state"] == "unwatched"
    assert len(nights.health[1]) == 4


def test_every_wire_is_watched_by_a_rule(nights: Nights) -> None:
    assert {rule.wire for rule in project.reconciliation_rules()} == set(nights.health[1])


def test_health_counts_what_is_open_and_at_risk(nights: Nights) -> None:
    health = nights.health[12]["3 outcome back"]
    assert (health["error_gaps"], health["handled_gaps"], health["unhandled_error_gaps"]) == (3, 3, 0)
    assert health["dollars_at_risk"] == Decimal("5224.00")
    assert health["oldest_opened_at"] == night(1)
