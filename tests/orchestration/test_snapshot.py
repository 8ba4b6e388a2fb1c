"""Readers always see one whole version of the marts, and never personal data."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.project import Model, models, published_models, review_models
from orchestration.snapshot import KEPT_VERSIONS, publish, publish_review, read_snapshot


def model(name: str, schema: str = "core") -> Model:
    return Model(name, schema, ("marts", schema), "table", f"About {name}.", {"id": "Its id; 'quoted'."}, {})


MARTS = (model("fct_jobs"), model("rpt_months", schema="marketing"))


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        for each in MARTS:
            connection.execute(f"create schema if not exists {each.schema}")
            connection.execute(f"create table {each.schema}.{each.name} as select range as id from range(5)")
    return path


def test_every_mart_is_there_as_a_described_table_and_as_parquet(warehouse: Path, tmp_path: Path) -> None:
    published = tmp_path / "published"

    snapshot = publish(warehouse, published, MARTS, run_id="run-1")

    assert read_snapshot(published) == snapshot
    assert {table.name: table.rows for table in snapshot.tables} == {"fct_jobs": 5, "rpt_months": 5}
    with duckdb.connect(str(published / "marts.duckdb"), read_only=True) as reader:
        assert reader.execute("select count(*) from rpt_months").fetchone() == (5,)
        assert reader.execute(
            "select comment from duckdb_columns() where table_name = 'fct_jobs' and column_name = 'id'"
        ).fetchone() == ("Its id; 'quoted'.",)
    assert duckdb.sql(f"select count(*) from '{published}/parquet/fct_jobs.parquet'").fetchone() == (5,)


def test_a_mart_that_the_warehouse_does_not_store_is_a_table_to_readers(tmp_path: Path) -> None:
    """A view knows its tables by the name of the warehouse's file, which need not be `warehouse`."""
    warehouse, published = tmp_path / "operator.duckdb", tmp_path / "published"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema core; create schema attribution")
        connection.execute("create table attribution.shared as select range as id from range(5)")
        connection.execute("create view core.fct_jobs as select * from operator.attribution.shared")
    publish(warehouse, published, (model("fct_jobs"),))
    warehouse.unlink()
    with duckdb.connect(str(published / "marts.duckdb"), read_only=True) as reader:
        assert reader.execute("select count(*) from fct_jobs").fetchone() == (5,)
        assert reader.execute("select table_type from information_schema.tables").fetchall() == [
            ("BASE TABLE",)
        ]


def test_a_reader_holds_its_version_while_the_next_is_published(warehouse: Path, tmp_path: Path) -> None:
    published = tmp_path / "published"
    first = publish(warehouse, published, MARTS)
    with duckdb.connect(
        str(published / "versions" / first.version / "marts.duckdb"), read_only=True
    ) as reader:
        with duckdb.connect(str(warehouse)) as writer:
            writer.execute("insert into core.fct_jobs values (99)")
        second = publish(warehouse, published, MARTS)
        assert reader.execute("select count(*) from fct_jobs").fetchone() == (5,)
    assert (published / "marts.duckdb").resolve().parent.name == second.version
    with duckdb.connect(str(published / "marts.duckdb"), read_only=True) as reader:
        assert reader.execute("select count(*) from fct_jobs").fetchone() == (6,)


def test_a_failure_leaves_the_former_version_in_place(warehouse: Path, tmp_path: Path) -> None:
    published = tmp_path / "published"
    former = publish(warehouse, published, MARTS)
    with pytest.raises(duckdb.Error):
        publish(warehouse, published, (*MARTS, model("fct_missing")))
    assert read_snapshot(published) == former
    assert [path.name for path in (published / "versions").iterdir()] == [former.version]


def test_old_versions_go(warehouse: Path, tmp_path: Path) -> None:
    published = tmp_path / "published"
    versions = [publish(warehouse, published, MARTS).version for _ in range(KEPT_VERSIONS + 2)]
    assert sorted(path.name for path in (published / "versions").iterdir()) == versions[-KEPT_VERSIONS:]


def test_personal_data_is_not_published() -> None:
    names = {each.name for each in published_models()}
    personal = {each.name for each in models() if each.has_personal_data}
    assert personal
    assert not names & personal


def test_what_a_steward_reviews_is_personal_and_apart(warehouse: Path, tmp_path: Path) -> None:
    assert {each.name for each in review_models()} <= {
        each.name for each in models() if each.has_personal_data
    }
    review = tmp_path / "review" / "review.duckdb"
    assert publish_review(warehouse, review, MARTS) == 10
    assert (review.parent.stat().st_mode & 0o777, review.stat().st_mode & 0o777) == (0o700, 0o600)
    with duckdb.connect(str(review), read_only=True) as reader:
        publish_review(warehouse, review, MARTS[:1])
        assert reader.execute("select count(*) from rpt_months").fetchone() == (5,), (
            "the former version is held"
        )
    with pytest.raises(duckdb.Error):
        publish_review(warehouse, review, (model("fct_missing"),))
    assert [path.name for path in review.parent.iterdir()] == ["review.duckdb"]


def test_no_published_column_is_a_contact_point() -> None:
    """A name, number or address in a mart needs `contains_pii`, whatever it is called there."""
    telling = {"full_name", "first_name", "last_name", "phone", "email", "street", "address", "postal_code"}
    found = {
        (each.name, column) for each in published_models() for column in each.columns if column in telling
    }
    assert found == set()


def test_what_design_promises_is_published() -> None:
    promised = {
        "dim_households", "bridge_household_members", "dim_marketing_sources", "fct_leads", "fct_calls",
        "fct_jobs", "fct_invoices", "fct_payments", "fct_revenue_ledger", "fct_touches", "fct_attribution",
        "fct_ad_spend",
        "rpt_channel_performance", "rpt_campaign_performance", "fct_reconciliation_gaps",
    }  # fmt: skip
    assert promised <= {each.name for each in published_models()}
