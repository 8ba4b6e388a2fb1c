"""Every check that orchestration adds can fail, and says in its metadata what a person needs."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from orchestration.checks import reconciliation_checks, rung_check
from orchestration.project import control_total_rungs, reconciliation_rules
from tests.orchestration.operators import gap, ledger_warehouse

RULES = {rule.check_id: rule for rule in reconciliation_rules()}
RUNGS = control_total_rungs()


def evaluate(name: str) -> dict[str, dg.AssetCheckEvaluation]:
    """Run one of the two check steps on the current home."""
    checks = [each for each in reconciliation_checks() if each.node_def.name == name]
    job = dg.Definitions(
        asset_checks=checks, jobs=[dg.define_asset_job("checks", selection=dg.AssetSelection.checks(*checks))]
    ).resolve_job_def("checks")
    result = job.execute_in_process(raise_on_error=False)
    return {evaluation.check_name: evaluation for evaluation in result.get_asset_check_evaluations()}


@pytest.mark.parametrize("check_id", RULES)
def test_a_rule_fails_on_an_open_gap(check_id: str, home: Path) -> None:
    rows = [
        gap(check_id, "J-1", "120.50"),
        gap(check_id, "J-2", "80.25"),
        gap(check_id, "J-3", "9", status="resolved"),
    ]
    ledger_warehouse(home / "warehouse.duckdb", gaps=rows)

    evaluations = evaluate("reconciliation_gaps")

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
    assert all(evaluation.passed for evaluation in evaluate("reconciliation_gaps").values())


@pytest.mark.parametrize("rung", RUNGS)
def test_a_rung_fails_when_its_sides_differ(rung: str, home: Path) -> None:
    equal = [
        (each, "dispatch", "account-1", "payments", 10, 10, "99.10", "99.10")
        for each in RUNGS
        if each != rung
    ]
    broken = (rung, "dispatch", "account-1", "payments", 10, 9, "99.10", "89.10")
    ledger_warehouse(home / "warehouse.duckdb", totals=[*equal, broken])

    evaluations = evaluate("control_totals")

    failed = evaluations[rung_check(rung)]
    assert not failed.passed
    (difference,) = failed.metadata["differences"].records
    assert difference.data["left_rows"] == 10
    assert difference.data["right_rows"] == 9
    assert difference.data["amount_difference"] == "10.00"
    assert [name for name, each in evaluations.items() if not each.passed] == [rung_check(rung)]


def test_a_rung_that_compared_nothing_proves_nothing(home: Path) -> None:
    ledger_warehouse(home / "warehouse.duckdb")
    assert not any(evaluation.passed for evaluation in evaluate("control_totals").values())


def test_the_ladder_blocks_and_gaps_do_not() -> None:
    blocking = {spec.name: spec.blocking for checks in reconciliation_checks() for spec in checks.check_specs}
    assert {name for name, blocks in blocking.items() if blocks} == {
        rung_check(rung) for rung in RUNGS
    }
