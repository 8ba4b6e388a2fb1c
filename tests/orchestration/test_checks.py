"""Every check that orchestration adds can fail, and says in its metadata what a person needs."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import duckdb
import pytest

from ingestion.sources import discover
from orchestration.checks import VENDOR_TOTAL_CHECK, reconciliation_checks, rung_check
from orchestration.project import control_total_rungs, reconciliation_rules
from tests.fixtures.warehouse import PULL_COLUMNS, RAW_COLUMNS
from tests.orchestration.operators import gap, ledger_warehouse

RULES = {rule.check_id: rule for rule in reconciliation_rules()}
RUNGS = control_total_rungs()


def evaluate(name: str) -> list[dg.AssetCheckEvaluation]:
    """Run one check step on the current home."""
    checks = [each for each in reconciliation_checks() if each.node_def.name == name]
    job = dg.Definitions(
        asset_checks=checks, jobs=[dg.define_asset_job("checks", selection=dg.AssetSelection.checks(*checks))]
    ).resolve_job_def("checks")
    result = job.execute_in_process(raise_on_error=False)
    return list(result.get_asset_check_evaluations())


def by_name(name: str) -> dict[str, dg.AssetCheckEvaluation]:
    return {evaluation.check_name: evaluation for evaluation in evaluate(name)}


@pytest.mark.parametrize("check_id", RULES)
def test_a_rule_fails_on_an_open_gap(check_id: str, home: Path) -> None:
    rows = [
        gap(check_id, "J-1", "120.50"),
        gap(check_id, "J-2", "80.25"),
        gap(check_id, "J-3", "9", status="resolved"),
    ]
    ledger_warehouse(home / "warehouse.duckdb", gaps=rows)

    evaluations = by_name("reconciliation_gaps")

    failed = evaluations[check_id]
    assert not failed.passed
    assert failed.severity.value == RULES[check_id].severity
    assert failed.metadata["open_gaps"].value == 2
    assert failed.metadata["dollars_at_risk"].value == "200.75"
    assert failed.metadata["tolerance"].value == "72 hours"
    assert failed.metadata["remedy"].value == RULES[check_id].remedy
    assert failed.metadata["first_seen_at"].value == "2026-10-05 06:00 UTC"
    samples = failed.metadata["samples"].records
    assert [sample.data["native_id"] for sample in samples] == ["J-1", "J-2"]
    assert samples[0].data["link"] == "https://vendor.example/J-1"
    assert [name for name, each in evaluations.items() if not each.passed] == [check_id]


def test_every_rule_holds_on_an_empty_ledger(home: Path) -> None:
    ledger_warehouse(home / "warehouse.duckdb")
    assert all(evaluation.passed for evaluation in evaluate("reconciliation_gaps"))


@pytest.mark.parametrize("rung", RUNGS)
def test_a_rung_fails_when_its_sides_differ(rung: str, home: Path) -> None:
    equal = [
        (each, "dispatch", "account-1", "payments", 10, 10, "99.10", "99.10")
        for each in RUNGS
        if each != rung
    ]
    broken = (rung, "dispatch", "account-1", "payments", 10, 9, "99.10", "89.10")
    ledger_warehouse(home / "warehouse.duckdb", totals=[*equal, broken])

    evaluations = by_name("control_totals")

    failed = evaluations[rung_check(rung)]
    assert not failed.passed
    (difference,) = failed.metadata["differences"].records
    assert difference.data["left_rows"] == 10
    assert difference.data["right_rows"] == 9
    assert difference.data["amount_difference"] == "10.00"
    assert [name for name, each in evaluations.items() if not each.passed] == [rung_check(rung)]


def test_a_rung_that_compared_nothing_proves_nothing(home: Path) -> None:
    ledger_warehouse(home / "warehouse.duckdb")
    assert not any(evaluation.passed for evaluation in evaluate("control_totals"))


def test_the_ladder_blocks_and_gaps_do_not() -> None:
    blocking = {spec.name: spec.blocking for checks in reconciliation_checks() for spec in checks.check_specs}
    ladder = {VENDOR_TOTAL_CHECK, *(rung_check(rung) for rung in RUNGS)}
    assert {name for name, blocks in blocking.items() if blocks} == ladder


class TestVendorTotals:
    """The lowest rung: what the vendor counted against what raw holds."""

    # The one that the home's operator file uses: no other has checks.
    PLATFORM, OBJECT = next(
        (spec.platform, spec.objects[0].name) for spec in discover().values() if spec.kind == "spend"
    )

    def failed(
        self, home: Path, *, mode: str = "full", seen: int = 3, total: int | None = 3, complete: bool = True
    ) -> list[dict[str, object]]:
        """The accounts that the check finds short, with three rows held and one pull as given."""
        with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
            connection.execute(f"create schema raw_{self.PLATFORM}")
            for each in discover()[self.PLATFORM].objects:
                connection.execute(f'create table raw_{self.PLATFORM}."{each.name}" ({RAW_COLUMNS})')
            connection.execute(f"create table raw_{self.PLATFORM}._pulls ({PULL_COLUMNS})")
            connection.execute(
                f"create table raw_{self.PLATFORM}._fields (account_id varchar, object varchar, "
                "field varchar, json_type varchar, first_seen_at timestamp, last_seen_at timestamp)"
            )
            connection.execute(
                f'insert into raw_{self.PLATFORM}."{self.OBJECT}" (account_id, native_id) '
                "select 'one', range from range(3)"
            )
            connection.execute(
                f"insert into raw_{self.PLATFORM}._pulls "
                "(pull_id, account_id, object, mode, started_at, rows_seen, control_total, complete) "
                "values ('p', 'one', ?, ?, now(), ?, ?, ?)",
                [self.OBJECT, mode, seen, total, complete],
            )
        evaluations = evaluate(f"vendor_totals_{self.PLATFORM}")
        assert len(evaluations) == 2 * len(discover()[self.PLATFORM].objects)
        failed = [each for each in evaluations if not each.passed]
        assert {each.asset_key.path[-1] for each in failed} <= {self.OBJECT}
        assert all(each.blocking for each in failed)
        return [record.data for each in failed for record in each.metadata["short"].records]

    def test_it_holds_when_every_row_came(self, home: Path) -> None:
        assert self.failed(home) == []

    def test_it_holds_when_the_vendor_gives_no_total(self, home: Path) -> None:
        assert self.failed(home, total=None) == []

    def test_it_fails_when_raw_holds_fewer_rows_than_the_vendor_counted(self, home: Path) -> None:
        (short,) = self.failed(home, total=5)
        assert (short["account"], short["vendor_rows"], short["rows"]) == ("one", 5, 3)

    def test_it_fails_when_an_incremental_pull_came_short(self, home: Path) -> None:
        (short,) = self.failed(home, mode="incremental", seen=1, total=2)
        assert (short["vendor_rows"], short["rows"]) == (2, 1)

    def test_it_fails_when_the_pull_did_not_finish(self, home: Path) -> None:
        (short,) = self.failed(home, complete=False)
        assert short["error"] == "the pull did not finish"
