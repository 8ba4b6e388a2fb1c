"""Which accounts feed which wire, and how new what they brought is."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb

from tests.warehouse.worlds import run_dbt, write_world


def test_an_account_feeds_the_wires_that_its_records_belong_to(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    write_world(
        warehouse,
        {
            "operator.accounts": [
                {"account_id": "north", "platform": "dispatch", "brand_key": "cedar", "timezone": "UTC"},
                {"account_id": "crm", "platform": "crm", "timezone": "UTC"},
            ],
            "leads": [
                {
                    "account_id": "crm",
                    "platform": "crm",
                    "lead_key": "l1",
                    "created_at": "2026-06-01 10:00:00",
                },
                {
                    "account_id": "crm",
                    "platform": "crm",
                    "lead_key": "l2",
                    "created_at": "2026-06-03 10:00:00",
                },
            ],
            "jobs": [
                {"job_key": "j", "created_at": "2026-06-02 08:00:00", "updated_at": "2026-06-09 08:00:00"}
            ],
            "invoices": [{"invoice_key": "i", "created_at": "2026-06-08 08:00:00"}],
        },
    )
    built = run_dbt("build", warehouse, "--select", "stg_operator__accounts", "rpt_wire_sources")
    assert built.returncode == 0, built.stdout[-3000:]

    with duckdb.connect(str(warehouse)) as connection:
        rows = connection.execute(
            "select wire, account_id, brand_key, records, newest_record_at "
            "from reconciliation.rpt_wire_sources order by wire, account_id"
        ).fetchall()
    newest_lead, job, change = datetime(2026, 6, 3, 10), datetime(2026, 6, 2, 8), datetime(2026, 6, 9, 8)
    assert rows == [
        ("1 lead in", "crm", None, 2, newest_lead),
        ("2 booking out", "crm", None, 2, newest_lead),
        ("2 booking out", "north", "cedar", 1, job),
        ("3 outcome back", "north", "cedar", 2, change),
        ("4 one customer", "crm", None, 2, newest_lead),
    ]
