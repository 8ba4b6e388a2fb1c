"""Labelled records as conformed tables: what every data set of the identity benchmark becomes.

Tables are written whole, from Arrow, typed by the contract of the conformed layer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import yaml

from tests.fixtures.warehouse import OPERATOR_TABLES
from tests.identity.operator_records import CONTRACT, entity_key

Row = dict[str, Any]
TRUTH = dict.fromkeys(("record_key", "household", "person"), "varchar")
LOADED_AT = datetime(2026, 12, 1)


@dataclass
class Account:
    """One tenant; its records share platform and account id."""

    platform: str
    account_id: str
    brand_key: str | None = None

    def key(self, entity: str, native_id: str) -> str:
        return entity_key(self.platform, self.account_id, f"{entity}-{native_id}")

    def row(self, entity: str, native_id: str, at: datetime | None) -> Row:
        return {
            f"{entity}_key": self.key(entity, native_id),
            "platform": self.platform,
            "account_id": self.account_id,
            "native_id": native_id,
            "created_at": at,
            "is_deleted": False,
            "_loaded_at": LOADED_AT,
        }


@dataclass
class LabelledRecords:
    """Rows per conformed table, the operator's own tables, and whom each record truly belongs to."""

    tables: dict[str, list[Row]] = field(default_factory=dict)
    operator: dict[str, list[Row]] = field(default_factory=dict)
    truth: list[Row] = field(default_factory=list)

    def add(self, table: str, row: Row) -> None:
        self.tables.setdefault(f"int_{table}__unioned", []).append(row)

    def add_customer(
        self,
        account: Account,
        native_id: str,
        at: datetime,
        name: Row,
        phones: Iterable[str | None] = (),
        emails: Iterable[str | None] = (),
        places: Iterable[Row] = (),
    ) -> str:
        """One customer with its contact points and locations; returns its key."""
        customer = account.row("customer", native_id, at)
        key = customer["customer_key"]
        self.add("customers", customer | {"customer_type": "residential", "is_active": True} | name)
        contacts = [("phone", value) for value in phones] + [("email", value) for value in emails]
        for number, (kind, value) in enumerate(contacts):
            if value:
                point = account.row("contact_point", f"{native_id}-{number}", at)
                owner = {"owner_entity": "customer", "owner_key": key}
                self.add("contact_points", point | owner | {"contact_kind": kind, "contact_value": value})
        for number, place in enumerate(places):
            location = account.row("location", f"{native_id}-{number}", at)
            self.add("locations", location | {"customer_key": key, "is_active": True} | place)
        return key

    def write(self, warehouse: Path) -> int:
        """Replace all tables of the warehouse; returns the number of labelled records."""
        with duckdb.connect(str(warehouse)) as connection:
            for name, types in conformed_types().items():
                write_rows(connection, f"conformed.{name}", types, self.tables.get(name, []))
            for name, columns in OPERATOR_TABLES.items():
                types = dict(column.split() for column in columns.split(","))
                write_rows(connection, f"raw_operator.{name}", types, self.operator.get(name, []))
            write_rows(connection, "truth.members", TRUTH, self.truth)
        return len(self.truth)


def conformed_types() -> dict[str, dict[str, str]]:
    """Columns and types of each conformed table, as the contract has them."""
    contract = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    return {
        model["name"]: {column["name"]: column["data_type"] for column in model["columns"]}
        for model in contract["models"]
    }


def write_rows(
    connection: duckdb.DuckDBPyConnection, name: str, types: dict[str, str], rows: Iterable[Row]
) -> None:
    """Replace one table; a column that a row does not give is null."""
    connection.execute(f"create schema if not exists {name.split('.')[0]}")
    connection.execute(f"create or replace table {name} ({', '.join(f'{c} {t}' for c, t in types.items())})")
    for chunk in chunks(rows, 100_000):
        given = sorted({column for row in chunk for column in row})
        batch = pa.table({column: [row.get(column) for row in chunk] for column in given})  # noqa: F841 - DuckDB finds it by its name
        connection.execute(f"insert into {name} ({', '.join(given)}) select * from batch")


def chunks(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
