"""The attribution benchmark's own operator, small: nobody runs benchmarks often enough to see them break."""

from __future__ import annotations

from pathlib import Path

import duckdb

from benchmarks.attribution import COPY, REBUILT, SCANS, measured
from benchmarks.attribution_rows import ASKS, write_operator
from tests.warehouse.worlds import build_money, run_dbt

HOUSEHOLDS = 20


def test_its_operator_is_built_rebuilt_and_scanned(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    write_operator(warehouse, HOUSEHOLDS)
    build_money(warehouse, tests=False)
    rebuilt = run_dbt("run", warehouse, "--select", *REBUILT.split())
    assert f"PASS={len(REBUILT.split())} WARN=0 ERROR=0" in rebuilt.stdout, rebuilt.stdout[-2000:]
    with duckdb.connect(str(warehouse)) as connection:
        measured(connection, *COPY, *SCANS)
        touches, credited = connection.execute("""
            select count(*), count(distinct credits.touch_key)
            from core.fct_touches as touches
            left join core.fct_attribution as credits on credits.touch_key = touches.touch_key
                and credits.model = 'linear'
        """).fetchone()
    assert touches >= HOUSEHOLDS * ASKS
    assert 0 < credited < touches
