"""Operator files for tests, and the smallest warehouse that the checks can read."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import yaml

from ingestion.sources import discover
from orchestration.project import Model
from orchestration.snapshot import Snapshot, publish

LEDGER_COLUMNS = """
    gap_id varchar, check_id varchar, wire varchar, severity varchar, platform varchar, account_id varchar,
    brand_key varchar, entity varchar, entity_key varchar, native_id varchar, native_url varchar, job_key
    varchar, expected varchar, actual varchar, difference_amount decimal(18, 2), dollars_at_risk decimal(18,
    2), tolerance varchar, occurred_on date, remedy varchar, first_seen_at timestamp, last_seen_at timestamp,
    resolved_at timestamp, status varchar, times_opened integer, opened_at timestamp, age_days integer,
    owner varchar, handling varchar, handled_by varchar, handled_at timestamp, handled_reason varchar,
    handled_until_on date
"""
TOTAL_COLUMNS = """
    rung varchar, platform varchar, account_id varchar, entity varchar, left_rows bigint, right_rows bigint,
    left_amount decimal(18, 2), right_amount decimal(18, 2)
"""


HEALTH_COLUMNS = """
    wire varchar, title varchar, sort_order integer, state varchar, since_at timestamp, rules_watching
    integer, error_gaps integer, warning_gaps integer, unhandled_error_gaps integer, handled_gaps integer,
    dollars_at_risk decimal(18, 2), oldest_opened_at timestamp, as_of_at timestamp
"""
SOURCE_COLUMNS = """
    wire varchar, platform varchar, account_id varchar, brand_key varchar, records bigint,
    newest_record_at timestamp
"""


def write_operator(folder: Path, accounts: list[dict[str, object]] | None = None, **settings: object) -> Path:
    """An operator file with one brand; one account of the first file source unless given."""
    document = {
        "name": "Test Operator",
        "brands": [{"key": "north", "name": "North Air", "timezone": "America/Chicago"}],
        "accounts": accounts or [file_account(folder)],
        **settings,
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


def publish_ledger(
    home: Path,
    gaps: list[tuple[object, ...]] = (),
    health: list[tuple[object, ...]] = (),
    sources: list[tuple[str, str, int]] = (),
) -> Snapshot:
    """Publish a gap ledger whose gaps opened once each, and the wires' health.

    Args:
        sources: (wire, account, records) of what feeds a wire.
    """
    warehouse = home / "ledger.duckdb"
    warehouse.unlink(missing_ok=True)
    ledger_warehouse(warehouse, gaps)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create table reconciliation.fct_reconciliation_gap_openings as "
            "select gap_id, times_opened, check_id, wire, opened_at, last_seen_at, resolved_at, "
            "dollars_at_risk from reconciliation.fct_reconciliation_gaps"
        )
        connection.execute(f"create table reconciliation.rpt_wire_health ({HEALTH_COLUMNS})")
        connection.execute(f"create table reconciliation.rpt_wire_sources ({SOURCE_COLUMNS})")
        for row in health:
            marks = ", ".join("?" for _ in row)
            connection.execute(f"insert into reconciliation.rpt_wire_health values ({marks})", row)
        for source in sources:
            connection.execute(
                "insert into reconciliation.rpt_wire_sources "
                "values (?, 'dispatch', ?, 'north', ?, '2026-10-06 05:00:00')",
                source,
            )
    tables = (
        "fct_reconciliation_gaps",
        "fct_reconciliation_gap_openings",
        "rpt_wire_health",
        "rpt_wire_sources",
    )
    folder = ("marts", "reconciliation")
    marts = [Model(name, "reconciliation", folder, "table", "", {}, {}) for name in tables]
    return publish(warehouse, home / "published", marts)


def gap(
    check_id: str,
    native_id: str,
    dollars: str,
    severity: str = "ERROR",
    status: str = "open",
    **columns: object,
) -> tuple[object, ...]:
    """One row of the gap ledger; `columns` replace what stands in it."""
    row = dict(zip(_names(LEDGER_COLUMNS), _gap(check_id, native_id, dollars, severity, status), strict=True))
    assert columns.keys() <= row.keys()
    return tuple((row | columns).values())


def _names(definition: str) -> list[str]:
    return [part.split()[0] for part in re.sub(r"\(.*?\)", "", definition, flags=re.S).split(",")]


def _gap(check_id: str, native_id: str, dollars: str, severity: str, status: str) -> tuple[object, ...]:
    key = f"key-{native_id}"
    link = f"https://vendor.example/{native_id}"
    return (
        f"{check_id}-{native_id}", check_id, "3 outcome back", severity, "dispatch", "account-1", "north",
        "job", key, native_id, link, key, "an invoice", "none", dollars, dollars, "72 hours", "2026-10-01",
        "Invoice it.", "2026-10-05 06:00:00", "2026-10-06 06:00:00", None, status, 1,
        "2026-10-05 06:00:00", 1, None, "unhandled" if status == "open" else None, None, None, None, None,
    )  # fmt: skip
