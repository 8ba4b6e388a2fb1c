"""Staging over fixture rows: it builds, it emits the contract, and a value that nobody mapped stops it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from ingestion.sources import discover
from tests.fixtures.warehouse import (
    DBT_PROJECT,
    FIXTURES,
    build_warehouse,
    fixture_rows,
    platforms,
    run_dbt,
    source_objects,
)
from tests.staging.conftest import CAUTIOUS, SEEDS

CONTRACT = {
    model["name"].removeprefix("int_").removesuffix("__unioned"): {
        column["name"] for column in model["columns"]
    }
    for model in yaml.safe_load(
        (DBT_PROJECT / "models/intermediate/conformed/_conformed__models.yml").read_text(encoding="utf-8")
    )["models"]
}
PLATFORM_ENTITIES: dict[str, list[str]] = yaml.safe_load(
    (DBT_PROJECT / "dbt_project.yml").read_text(encoding="utf-8")
)["vars"]["platforms"]
EVERY_ADAPTER = [
    (platform, entity) for platform, entities in PLATFORM_ENTITIES.items() for entity in entities
]
# (platform, object, fixture variant): rows with a value that no seed knows.
UNMAPPED: list[tuple[str, str, str]] = [
    (path.parent.name, *path.name.split(".")[:2]) for path in sorted(FIXTURES.glob("*/*.unmapped_*.json"))
]


def query(warehouse: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        return connection.execute(sql).fetchall()


def stops(platform: str, name: str, variant: str) -> str:
    """The model at which the value must be noticed, as its fixture says."""
    return fixture_rows(platform, name, variant)[0]["stops"]


STOPPED_IN_STAGING = [case for case in UNMAPPED if stops(*case).startswith("stg_")]


def test_every_unmapped_value_stops_the_build(tmp_path: Path) -> None:
    warehouse = build_warehouse(tmp_path / "warehouse.duckdb", STOPPED_IN_STAGING)
    # Models first: in one build, a model that is stopped would hide what those that read it do not know.
    staging = f"{SEEDS} path:models/staging"
    run_dbt(["build", "--exclude-resource-type", "test", "unit_test", "--select", staging], warehouse)
    run = run_dbt(["test", "--exclude-resource-type", "unit_test", *CAUTIOUS, "--select", staging], warehouse)
    assert run.returncode == 1
    failed = failed_tests(warehouse)
    for case in STOPPED_IN_STAGING:
        assert any(f"every_value_is_mapped_{stops(*case)}_" in test for test in failed), (case, failed)


@pytest.mark.parametrize("case", [case for case in UNMAPPED if case not in STOPPED_IN_STAGING], ids="-".join)
def test_a_value_that_no_seed_maps_stops_the_union(tmp_path: Path, case: tuple[str, str, str]) -> None:
    """Each alone: a union is skipped where staging fails."""
    warehouse = build_warehouse(tmp_path / "warehouse.duckdb", [case])
    run = run_dbt(["build", *CAUTIOUS, "--select", f"+{stops(*case)}"], warehouse)
    assert run.returncode == 1
    assert any(f"accepted_values_{stops(*case)}_" in test for test in failed_tests(warehouse))


def failed_tests(warehouse: Path) -> list[str]:
    """Ids of the tests that failed in the last build of `warehouse`."""
    results = json.loads((warehouse.parent / "target/run_results.json").read_text(encoding="utf-8"))
    return [result["unique_id"] for result in results["results"] if result["status"] == "fail"]


@pytest.mark.parametrize(("platform", "entity"), EVERY_ADAPTER)
def test_adapters_emit_the_canonical_columns(built: Path, platform: str, entity: str) -> None:
    columns = {
        name
        for (name,) in query(
            built,
            "select column_name from information_schema.columns "
            f"where table_name = 'stg_{platform}__{entity}'",
        )
    }
    assert CONTRACT[entity] - columns == set(), f"stg_{platform}__{entity} lacks columns of the contract"
    extra = {name for name in columns - CONTRACT[entity] if not name.startswith("vendor_")}
    assert extra == set(), f"stg_{platform}__{entity} has columns that are not in the contract"


@pytest.mark.parametrize("platform", sorted(PLATFORM_ENTITIES))
def test_platform_var_matches_specs(platform: str) -> None:
    """A declared platform has a source, dbt sources for exactly its objects, and a model per entity."""
    spec = discover()[platform]
    assert sorted(source_objects(platform)) == sorted(one.name for one in spec.objects)
    models = {path.stem for path in (DBT_PROJECT / f"models/staging/{platform}").glob("stg_*.sql")}
    assert models == {f"stg_{platform}__{entity}" for entity in PLATFORM_ENTITIES[platform]}


def test_every_installed_source_is_declared() -> None:
    assert sorted(discover()) == sorted(PLATFORM_ENTITIES) == platforms()


@pytest.mark.parametrize("platform", sorted(PLATFORM_ENTITIES))
def test_every_source_has_fixtures(platform: str) -> None:
    assert all(fixture_rows(platform, name) for name in source_objects(platform) if name != "job_recalls")


def test_each_entity_has_rows(built: Path) -> None:
    """A union that is empty would pass every test on it."""
    for entity in CONTRACT:
        assert query(built, f"select count(*) from conformed.int_{entity}__unioned")[0][0] > 0, entity


def test_an_invoice_line_whose_id_repeats_is_not_lost(built: Path) -> None:
    rows = query(
        built,
        "select native_id, total_amount from conformed.int_invoice_lines__unioned "
        "where native_id like '61230060%' order by 1",
    )
    assert rows == [("61230060|61230061", Decimal("100.00")), ("61230060|61230061|2", Decimal("-20.00"))]


def test_a_refund_is_negative_however_the_vendor_writes_it(built: Path) -> None:
    rows = dict(
        query(
            built,
            "select native_id, amount from conformed.int_payments__unioned where payment_kind = 'refund'",
        )
    )
    known = {
        "61231110": Decimal("-50.00"),
        "61231111": Decimal("-25.00"),
        "ref_3": Decimal("-50.00"),
        "ref_4": Decimal("-25.00"),
    }
    assert {native_id: rows[native_id] for native_id in known} == known
    assert all(amount < 0 for amount in rows.values())


def test_a_surcharge_is_no_part_of_the_payment(built: Path) -> None:
    rows = query(
        built,
        "select amount, tip_amount, surcharge_amount, fee_amount from conformed.int_payments__unioned "
        "where native_id = 'invpay_5'",
    )
    assert rows == [(Decimal("100.00"), None, Decimal("0.25"), None)]


def test_lines_less_discounts_make_the_subtotal_wherever_lines_are_given(built: Path) -> None:
    off = query(
        built,
        """
        select invoices.native_id, invoices.subtotal_amount, sum(lines.total_amount)
        from conformed.int_invoices__unioned as invoices
        inner join conformed.int_invoice_lines__unioned as lines on lines.invoice_key = invoices.invoice_key
        group by all
        having invoices.subtotal_amount <> sum(lines.total_amount)
        """,
    )
    assert off == []


def test_business_dates_are_the_accounts_own(built: Path) -> None:
    """03:30 UTC is still the day before in Chicago and New York."""
    rows = dict(
        query(
            built,
            "select native_id, cast(booked_on as varchar) from conformed.int_jobs__unioned "
            "where native_id in ('61213001', 'job_22222222222222222222222222222222')",
        )
    )
    assert rows == {"61213001": "2026-02-23", "job_22222222222222222222222222222222": "2026-09-19"}


def test_an_invoice_was_voided_when_it_was_first_read_as_void(built: Path) -> None:
    """The vendor tells no time, and the last look at the row moves with every pull."""
    rows = query(
        built,
        "select cast(voided_at as varchar) from conformed.int_invoices__unioned "
        "where native_id = 'invoice_22222222222222222222222222222222'",
    )
    assert rows == [("2026-02-20 08:00:00",)]


def test_a_merged_contact_s_deal_finds_the_survivor(built: Path) -> None:
    ((name, phone),) = query(
        built, "select full_name, phone from conformed.int_leads__unioned where native_id = '9003'"
    )
    assert (name, phone) == ("Pat Lowe", "6145550132")


def test_a_visit_belongs_to_the_contact_s_first_deal_only(built: Path) -> None:
    rows = dict(
        query(
            built,
            "select native_id, gclid from conformed.int_leads__unioned where native_id in ('9001', '9002')",
        )
    )
    assert rows == {"9001": "EAIaIQobTest_AbC", "9002": None}


def test_spread_spend_adds_up_to_the_cent(built: Path) -> None:
    ((days, total),) = query(
        built,
        "select count(*), sum(spend_amount) from conformed.int_ad_spend__unioned "
        "where campaign_name = 'SEO retainer'",
    )
    assert (days, total) == (28, Decimal("1800.0000"))
