"""Constraints take the place of `not_null` tests where a contract stands: DuckDB refuses to write the row."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.project import build, manifest_document
from tests.fixtures.warehouse import build_warehouse


def test_constraints_stand_only_under_an_enforced_contract() -> None:
    """Without one, dbt reads a constraint and does nothing."""
    idle = [
        f"{node['name']}.{name}"
        for node in manifest_document()["nodes"].values()
        if node["resource_type"] == "model" and not node["config"]["contract"]["enforced"]
        for name, column in node["columns"].items()
        if column.get("constraints")
    ]
    assert idle == []


@pytest.mark.slow
def test_a_row_without_its_key_stops_the_build(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    build_warehouse(warehouse)
    only = ["--indirect-selection", "buildable", "--exclude", "test_type:singular", "--select"]
    assert build(warehouse, tmp_path / "dbt", [*only, "+int_job_types__unioned"], quiet=True).succeeded
    with duckdb.connect(str(warehouse)) as connection:
        staged = "staging.stg_servicetitan__job_types"
        connection.execute(f"update {staged} set job_type_key = null where job_type_key is not null")
    built = build(warehouse, tmp_path / "dbt", [*only, "int_job_types__unioned"], quiet=True)
    assert not built.succeeded
    assert "NOT NULL constraint failed" in " ".join(built.failures)
