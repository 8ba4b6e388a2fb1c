"""Rung "raw = staging": every staging model that maps from raw is held to its rows and its money."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.fixtures.warehouse import build_warehouse, fixture_rows, insert_rows, manifest, run_dbt
from tests.staging.conftest import CAUTIOUS

LADDER = ["--select", "test_name:conserves_raw"]
# Derived from what other models hold, not from the rows of a raw table: some are the distinct names that the
# rows of another carry, some the parts of rows that are held to raw where they are whole.
NOT_FROM_RAW = {
    "stg_call_events__contact_points",
    "stg_call_events__leads",
    "stg_fieldedge__campaigns",
    "stg_fieldedge__job_types",
    "stg_fieldedge__technicians",
    "stg_hubspot__contact_points",
    "stg_hubspot__lead_outcomes",
    "stg_microsoft_ads__campaigns",
    "stg_salesforce__contact_points",
    "stg_salesforce__lead_outcomes",
    "stg_workiz__campaigns",
    "stg_workiz__job_types",
    "stg_workiz__locations",
    "stg_workiz__payment_applications",
    "stg_workiz__payments",
}
# The first column that a ladder test adds up; some add up its absolute value or fill it.
AMOUNT = re.compile(r"[a-z_]*amount")


@pytest.fixture
def staged(built: Path, tmp_path: Path) -> Path:
    """The fixture warehouse with its staging models, to be tampered with."""
    return Path(shutil.copy(built, tmp_path / "warehouse.duckdb"))


def ladder_tests() -> dict[str, dict[str, Any]]:
    """Model -> its ladder test's manifest node."""
    nodes = json.loads(manifest().read_text(encoding="utf-8"))["nodes"]
    return {
        node["attached_node"].split(".")[-1]: node
        for node in nodes.values()
        if (node.get("test_metadata") or {}).get("name") == "conserves_raw"
    }


def verdicts(warehouse: Path) -> dict[str, str]:
    """Model -> status of its ladder test, over the warehouse as it is."""
    run_dbt(["test", *LADDER], warehouse)
    results = json.loads((warehouse.parent / "target" / "run_results.json").read_text(encoding="utf-8"))[
        "results"
    ]
    status = {each["unique_id"]: each["status"] for each in results}
    return {model: status[node["unique_id"]] for model, node in ladder_tests().items()}


def money_columns(warehouse: Path) -> dict[str, str]:
    """Model -> the column whose sum its ladder test compares, of the models that hold money."""
    declared = {
        model: node["test_metadata"]["kwargs"].get("amount") for model, node in ladder_tests().items()
    }
    return {model: AMOUNT.search(expression)[0] for model, expression in declared.items() if expression}


def doctor(warehouse: Path, models: Iterable[str], doctored: str) -> None:
    """Put other rows in the place of each model's own, which `doctored` finds in `held`."""
    amounts = money_columns(warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        for model in models:
            connection.execute(f"create table held as from staging.{model}")
            sql = doctored.format(amount=amounts.get(model))
            connection.execute(f"create or replace table staging.{model} as {sql}")
            connection.execute("drop table held")


def staging_models(warehouse: Path) -> set[str]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'staging' "
            "and table_name like 'stg_%' and table_name not like 'stg_operator%'"
        ).fetchall()
    return {name for (name,) in rows}


def test_every_staging_model_stands_on_the_ladder_and_falls_when_rows_come_twice(staged: Path) -> None:
    held = verdicts(staged)
    tested = set(held)
    assert staging_models(staged) - tested == NOT_FROM_RAW
    assert held == dict.fromkeys(tested, "pass")
    doctor(staged, tested, "from held union all from held")
    assert verdicts(staged) == dict.fromkeys(tested, "fail")


def test_a_cent_too_much_is_found_wherever_there_is_money(staged: Path) -> None:
    assert set(verdicts(staged).values()) == {"pass"}
    money = money_columns(staged)
    assert {f"stg_{platform}__payments" for platform in ("servicetitan", "jobber", "fieldedge")} <= set(money)
    doctor(staged, money, "select * replace ({amount} + sign({amount}) * 0.01 as {amount}) from held")
    failed = {model for model, status in verdicts(staged).items() if status == "fail"}
    assert failed == set(money)


def test_a_month_at_an_average_cost_a_day_costs_what_was_spent(staged: Path) -> None:
    """1,300.00 over 31 days is 41.935483871 a day: no day costs that, and the month costs 1,300.00."""
    with duckdb.connect(str(staged), read_only=True) as connection:
        days = connection.execute(
            "select spend_amount from staging.stg_servicetitan__ad_spend where month(spend_on) = 1"
        ).fetchall()
    amounts = [amount for (amount,) in days]
    assert (len(amounts), sum(amounts)) == (31, Decimal("1300.00"))
    assert set(amounts) == {Decimal("41.93"), Decimal("41.94")}


@pytest.mark.parametrize(
    ("platform", "object_name", "field", "value"),
    [("servicetitan", "invoices", "total", "100.005"), ("housecallpro", "invoices", "amount", 10000.5)],
)
def test_an_amount_that_does_not_survive_staging_is_found(
    tmp_path: Path, platform: str, object_name: str, field: str, value: Any
) -> None:
    warehouse = build_warehouse(tmp_path / "warehouse.duckdb")
    row = fixture_rows(platform, object_name)[0]
    row["payload"][field] = value
    with duckdb.connect(str(warehouse)) as connection:
        insert_rows(connection, platform, object_name, [row])
    model = f"stg_{platform}__{object_name}"
    run = run_dbt(
        ["build", *CAUTIOUS, "--exclude-resource-type", "unit_test", "--select", f"+{model}"], warehouse
    )
    assert run.returncode == 1
    assert f"conserves_raw_{model}" in run.stdout
