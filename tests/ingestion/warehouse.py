"""Reading raw tables in tests."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import duckdb

from ingestion.config import Settings


def query(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    with closing(duckdb.connect(str(settings.home.warehouse))) as connection:
        return connection.execute(sql).fetchall()


def payloads(settings: Settings, table: str) -> dict[str, Any]:
    """Native id → payload of the rows that were not removed."""
    rows = query(
        settings, f"select native_id, payload from raw_servicetitan.{table} where removed_at is null"
    )
    assert len({native_id for native_id, _ in rows}) == len(rows), f"{table} holds a row twice"
    return {native_id: json.loads(payload) for native_id, payload in rows}


def everything(settings: Settings, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
    """All columns of some tables, sorted; what two warehouses must have in common to be the same."""
    return {
        table: query(settings, f"select * from raw_servicetitan.{table} order by account_id, native_id")
        for table in tables
    }
