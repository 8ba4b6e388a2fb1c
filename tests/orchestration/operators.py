"""Operator files for tests, and the smallest warehouse that the checks can read."""

from __future__ import annotations

from pathlib import Path

import duckdb
import yaml

from ingestion.sources import discover

LEDGER_COLUMNS = """
    gap_id varchar, check_id varchar, wire varchar, severity varchar, platform varchar, account_id varchar,
    brand_key varchar, entity varchar, entity_key varchar, native_id varchar, native_url varchar, job_key
    varchar, expected varchar, actual varchar, difference_amount decimal(18, 2), dollars_at_risk decimal(18,
    2), tolerance varchar, occurred_on date, remedy varchar, first_seen_at timestamp, last_seen_at timestamp,
    resolved_at timestamp, status varchar, times_opened integer
"""
TOTAL_COLUMNS = """
    rung varchar, platform varchar, account_id varchar, entity varchar, left_rows bigint, right_rows bigint,
    left_amount decimal(18, 2), right_amount decimal(18, 2)
"""


def write_operator(folder: Path, accounts: list[dict[str, object]] | None = None) -> Path:
    """An operator file with one brand; one account of the first file source unless given."""
    document = {
        "name": "Test Operator",
        "brands": [{"key": "north", "name": "North Air", "timezone": "America/Chicago"}],
        "accounts": accounts or [file_account(folder)],
    }
    path = folder / "operator.yml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


def file_account(folder: Path, text: str | None = None) -> dict[str, object]:
    """An account of the source that reads files, which needs no vendor."""
    (platform,) = [spec.platform for spec in discover().values() if spec.kind == "spend"]
    file = folder / "spend.csv"
    file.write_text(text or "", encoding="utf-8")
    return {
        "account_id": "spend",
        "platform": platform,
        "timezone": "America/Chicago",
        "options": {"path": str(file)},
    }


def ledger_warehouse(
    path: Path, gaps: list[tuple[object, ...]] = (), totals: list[tuple[object, ...]] = ()
) -> Path:
    """A warehouse that holds nothing but the gap ledger and the control totals."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema reconciliation")
        connection.execute(f"create table reconciliation.fct_reconciliation_gaps ({LEDGER_COLUMNS})")
        connection.execute(f"create table reconciliation.rpt_control_totals ({TOTAL_COLUMNS})")
        for gap in gaps:
            marks = ", ".join("?" for _ in gap)
            connection.execute(f"insert into reconciliation.fct_reconciliation_gaps values ({marks})", gap)
        for total in totals:
            marks = ", ".join("?" for _ in total)
            connection.execute(f"insert into reconciliation.rpt_control_totals values ({marks})", total)
    return path


def gap(
    check_id: str, native_id: str, dollars: str, severity: str = "ERROR", status: str = "open"
) -> tuple[object, ...]:
    """One row of the gap ledger."""
    key = f"key-{native_id}"
    link = f"https://vendor.example/{native_id}"
    return (
        f"{check_id}-{native_id}", check_id, "3 outcome back", severity, "dispatch", "account-1", "north",
        "job", key, native_id, link, key, "an invoice", "none", dollars, dollars, "72 hours", "2026-10-01",
        "Invoice it.", "2026-10-05 06:00:00", "2026-10-06 06:00:00", None, status, 1,
    )  # fmt: skip
