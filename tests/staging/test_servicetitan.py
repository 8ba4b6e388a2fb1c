"""Staging of what only ServiceTitan writes."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.fixtures.warehouse import build_warehouse, fixture_rows, insert_rows, run_dbt
from tests.staging.test_staging import query


def test_a_timestamp_with_an_offset_is_not_taken_for_utc(tmp_path: Path) -> None:
    warehouse = build_warehouse(tmp_path / "warehouse.duckdb")
    row = fixture_rows("servicetitan", "campaigns")[0]
    row["payload"]["createdOn"] = "2026-02-11T19:41:07.3312009+02:00"
    with duckdb.connect(str(warehouse)) as connection:
        insert_rows(connection, "servicetitan", "campaigns", [row])
    run = run_dbt(["run", "--select", "stg_servicetitan__campaigns"], warehouse)
    assert run.returncode == 0, run.stdout[-2000:]
    ((created_at,),) = query(
        warehouse,
        "select created_at::varchar from staging.stg_servicetitan__campaigns where native_id = '7731'",
    )
    assert created_at == "2026-02-11 17:41:07.3312"
