"""Hand-written conformed records and real dbt builds of the identity models on them.

The project is copied without the vendors' staging and without the facts, so that a build parses in a second
or two and a test of identity cannot fail for another layer's reason. The conformed tables are written
directly, typed by their contract.
"""

from __future__ import annotations

import atexit
import hashlib
import random
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from tests.fixtures.dbt_forks import parsed
from tests.fixtures.warehouse import OPERATOR_TABLES

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
CONTRACT = PROJECT / "models/intermediate/conformed/_conformed__models.yml"
COPIED = (
    "dbt_project.yml",
    "profiles.yml",
    "macros",
    "seeds/identity",
    "models/staging/operator",
    "models/intermediate/conformed",
    "models/intermediate/identity",
    "models/marts/core/bridge_household_members.sql",
    "models/marts/core/dim_households.sql",
    "models/marts/core/dim_households_pii.sql",
    "models/marts/core/_households__models.yml",
    "tests/generic",
    "tests/identity",
)
ACCOUNTS = {
    "dispatch-a": ("dispatch_one", "cedar-ridge", "America/Chicago"),
    "dispatch-b": ("dispatch_two", "bluebird", "America/New_York"),
    "dispatch-c": ("dispatch_two", "summit", "America/Denver"),
    "crm": ("crm", None, "America/Chicago"),
}
OFFICE_PHONE = "+16155550199"
DECIDED_AT = "2026-03-01 12:00:00"


def entity_key(platform: str, account_id: str, native_id: str) -> str:
    """The key that the macro of the same name makes."""
    return hashlib.md5(f"{platform}|{account_id}|{native_id}".encode(), usedforsecurity=False).hexdigest()


class OperatorRecords:
    """Records of one operator, added by short calls; ids are the caller's."""

    def __init__(self) -> None:
        self.tables: dict[str, list[dict[str, Any]]] = {}
        self.decisions: list[tuple[str, str, str]] = []
        self._origin: dict[str, tuple[str, str, str, str]] = {}

    def customer(
        self,
        native_id: str,
        name: str | None,
        account: str = "dispatch-a",
        phones: tuple[str, ...] = (),
        emails: tuple[str, ...] = (),
        addresses: tuple[str, ...] = (),
        at: str = "2026-01-10 15:00:00",
        **columns: Any,
    ) -> str:
        """Add a customer; an address is "street, ZIP". Returns its key."""
        row = self._row(
            "customer", native_id, account, at, full_name=name, customer_type="residential", is_active=True
        )
        key = row["customer_key"]
        self._add("int_customers__unioned", row | columns)
        for kind, values in (("phone", phones), ("email", emails)):
            for number, value in enumerate(values):
                point = self._row("contact_point", f"{native_id}|{kind}|{number}", account, at)
                owner = {
                    "owner_entity": "customer",
                    "owner_key": key,
                    "contact_kind": kind,
                    "contact_value": value,
                }
                self._add("int_contact_points__unioned", point | owner)
        for number, address in enumerate(addresses):
            street, postal_code = address.rsplit(", ", 1)
            place = self._row("location", f"{native_id}|{number}", account, at, customer_key=key)
            self._add(
                "int_locations__unioned",
                place | {"street": street, "postal_code": postal_code, "is_active": True},
            )
        return key

    def lead(
        self,
        native_id: str,
        name: str | None,
        account: str = "crm",
        at: str = "2026-01-09 15:00:00",
        **columns: Any,
    ) -> str:
        """Add a lead; `address` is "street, ZIP"; other columns as in the contract. Returns its key."""
        row = self._row(
            "lead",
            native_id,
            account,
            at,
            full_name=name,
            lead_kind="form",
            lead_status="open",
            occurred_at=at,
        )
        if address := columns.pop("address", None):
            row["street"], row["postal_code"] = address.rsplit(", ", 1)
        self._add("int_leads__unioned", row | columns)
        return row["lead_key"]

    def job(
        self,
        native_id: str,
        customer_key: str,
        account: str = "dispatch-a",
        at: str = "2026-01-12 15:00:00",
        **columns: Any,
    ):
        row = self._row(
            "job", native_id, account, at, customer_key=customer_key, job_status="completed", booked_at=at
        )
        self._add("int_jobs__unioned", row | {"completed_at": at} | columns)
        return row["job_key"]

    def call(
        self,
        native_id: str,
        from_phone: str,
        account: str = "dispatch-a",
        at: str = "2026-01-08 15:00:00",
        **columns: Any,
    ):
        row = self._row(
            "call", native_id, account, at, direction="inbound", from_phone=from_phone, started_at=at
        )
        self._add("int_calls__unioned", row | {"to_phone": OFFICE_PHONE} | columns)
        return row["call_key"]

    def decide(self, left_key: str, right_key: str, decision: str) -> None:
        self.decisions.append((left_key, right_key, decision))

    def change(self, table: str, key: str, **columns: Any) -> None:
        """Set columns of the row whose own key is `key`, as the vendor would in a later pull."""
        (row,) = [
            row for row in self.tables[table] if key in row.values() and next(iter(row.values())) == key
        ]
        row.update(columns)

    def build(self, folder: Path, shuffled_by: int | None = None, full_refresh: bool = False) -> Household:
        """Write the tables into `folder`, run dbt on them and read who is with whom."""
        folder.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
            self._write(connection, shuffled_by)
        run_dbt(folder, ["--full-refresh"] if full_refresh else [])
        return Household(folder / "warehouse.duckdb")

    def _row(self, entity: str, native_id: str, account: str, at: str, **columns: Any) -> dict[str, Any]:
        platform = ACCOUNTS[account][0]
        key = entity_key(
            platform,
            account,
            native_id if entity in ("customer", "lead", "job", "call") else f"{entity}-{native_id}",
        )
        self._origin[key] = (platform, account, entity, native_id)
        row = {
            f"{entity}_key": key,
            "platform": platform,
            "account_id": account,
            "native_id": native_id,
            "created_at": at,
        }
        return row | {"is_deleted": False, "_loaded_at": at} | columns

    def _add(self, table: str, row: dict[str, Any]) -> None:
        self.tables.setdefault(table, []).append(row)

    def _write(self, connection: duckdb.DuckDBPyConnection, shuffled_by: int | None) -> None:
        contract = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
        for model in contract["models"]:
            types = {column["name"]: column["data_type"] for column in model["columns"]}
            write_table(
                connection, f"conformed.{model['name']}", types, self._ordered(model["name"], shuffled_by)
            )
        operator = {
            "accounts": [
                {"platform": platform, "account_id": account, "brand_key": brand, "timezone": zone}
                for account, (platform, brand, zone) in ACCOUNTS.items()
            ],
            "brand_phones": [{"brand_key": "cedar-ridge", "phone": OFFICE_PHONE}],
            "identity_overrides": [
                dict(
                    zip(
                        column_types("identity_overrides"),
                        (*self._origin[left], *self._origin[right], decision, DECIDED_AT, "steward", None),
                        strict=True,
                    )
                )
                for left, right, decision in self.decisions
            ],
        }
        for name in OPERATOR_TABLES:
            write_table(connection, f"raw_operator.{name}", column_types(name), operator.get(name, []))

    def _ordered(self, table: str, shuffled_by: int | None) -> list[dict[str, Any]]:
        rows = list(self.tables.get(table, []))
        if shuffled_by is not None:
            random.Random(shuffled_by).shuffle(rows)
        return rows


class Household:
    """Who ended up with whom, and the warehouse to ask for more."""

    def __init__(self, warehouse: Path) -> None:
        self.warehouse = warehouse
        rows = self.rows("select record_key, household_key, person_key from core.bridge_household_members")
        self.of = {record: household for record, household, _ in rows}
        self.person_of = {record: person for record, _, person in rows}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def together(self, *records: str) -> bool:
        return len({self.of[record] for record in records}) == 1

    def apart(self, *records: str) -> bool:
        return len({self.of[record] for record in records}) == len(records)

    def same_person(self, *records: str) -> bool:
        return len({self.person_of[record] for record in records}) == 1


def column_types(operator_table: str) -> dict[str, str]:
    return dict(column.split() for column in OPERATOR_TABLES[operator_table].split(","))


def write_table(
    connection: duckdb.DuckDBPyConnection, name: str, types: dict[str, str], rows: list[dict[str, Any]]
) -> None:
    """Replace one table; a column that a row does not give is null."""
    unknown = {column for row in rows for column in row} - set(types)
    if unknown:
        raise ValueError(f"{name} has no columns {sorted(unknown)}")
    connection.execute(f"create schema if not exists {name.split('.')[0]}")
    columns = ", ".join(f"{column} {kind}" for column, kind in types.items())
    connection.execute(f"create or replace table {name} ({columns})")
    if rows:
        marks = ", ".join("?" * len(types))
        connection.executemany(
            f"insert into {name} values ({marks})", [[row.get(c) for c in types] for row in rows]
        )


def run_dbt(folder: Path, arguments: list[str]) -> None:
    """`dbt build` of identity and its marts on the warehouse in `folder`.

    Raises:
        AssertionError: the build or one of its tests failed; the message is dbt's output.
    """
    command = ["build", "--quiet", "--exclude", "path:models/intermediate/conformed", "source:*", *arguments]
    project = parsed(project_of_identity(), "platforms: {}")
    result = project.run(command, folder / "warehouse.duckdb", folder / "target")
    assert result.returncode == 0, result.stdout


@cache
def project_of_identity() -> Path:
    """A copy of the parts of the dbt project that identity needs."""
    target = Path(tempfile.mkdtemp(prefix="fourwire-identity-"))
    atexit.register(shutil.rmtree, target, ignore_errors=True)
    for part in COPIED:
        source = PROJECT / part
        if source.is_dir():
            shutil.copytree(source, target / part)
        elif source.is_file():
            (target / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target / part)
    return target
