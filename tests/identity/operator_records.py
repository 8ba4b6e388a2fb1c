"""Hand-written conformed records and real dbt builds of the identity models on them.

The project is copied without the vendors' staging and without the facts, so that a build parses in a second
or two and a test of identity cannot fail for another layer's reason. The conformed tables are written
directly, typed by their contract; so are the facts, which only learn their household from the build.
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

from ingestion.identity_decisions import Decision, RecordId
from tests.fixtures.dbt_forks import parsed
from tests.fixtures.warehouse import OPERATOR_TABLES

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
CONTRACT = PROJECT / "models/intermediate/conformed/_conformed__models.yml"
FACTS_CONTRACT = PROJECT / "models/marts/core/_core__models.yml"
FACTS = ("fct_jobs", "fct_revenue_ledger", "fct_touches")
WRITTEN_FACT = """
select facts.* exclude (owner_key) replace (members.household_key as household_key)
from facts.{name} as facts
left join {{{{ ref('bridge_household_members') }}}} as members on members.record_key = facts.owner_key
"""
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
    "models/marts/core/households",
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


def entity_key(platform: str, account_id: str, native_id: str) -> str:
    """The key that the macro of the same name makes."""
    return hashlib.md5(f"{platform}|{account_id}|{native_id}".encode(), usedforsecurity=False).hexdigest()


class OperatorRecords:
    """Records of one operator, added by short calls; ids are the caller's."""

    def __init__(self) -> None:
        self.tables: dict[str, list[dict[str, Any]]] = {}
        self.facts: dict[str, list[dict[str, Any]]] = {}
        self.decisions: list[Decision] = []
        self.origin: dict[str, RecordId] = {}

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
        amount: str = "0",
        collected: str | None = None,
        place: int | None = None,
        **columns: Any,
    ) -> str:
        """Add a completed job over `amount` at the customer's address number `place`. Returns its key."""
        row = self._row(
            "job", native_id, account, at, customer_key=customer_key, job_status="completed", booked_at=at
        )
        if place is not None:
            row["location_key"] = self._location_key(customer_key, place)
        self._add("int_jobs__unioned", row | {"completed_at": at} | columns)
        money = {"booked": amount, "completed": amount, "invoiced": amount, "collected": collected or amount}
        fact = {
            "owner_key": customer_key,
            "is_completed": True,
            "booked_on": at[:10],
            "completed_on": at[:10],
        }
        shared = ("job_key", "platform", "account_id", "native_id", "customer_key", "job_status", "booked_at")
        fact |= {column: row[column] for column in shared} | {"location_key": row.get("location_key")}
        fact |= {f"{entry}_amount": value for entry, value in money.items()}
        self._add_fact("fct_jobs", fact | {"completed_at": at})
        for entry, value in money.items():
            key = f"{row['job_key']}-{entry}"
            columns = {"entry_key": key, "entry_type": entry, "amount": value, "job_key": row["job_key"]}
            self._add_fact("fct_revenue_ledger", columns | {"owner_key": customer_key})
        return row["job_key"]

    def touch(self, owner_key: str, channel: str, at: str, method: str = "click_id") -> str:
        """Add a marketing touch of the household that `owner_key` ends up in. Returns its key."""
        key = f"touch-{owner_key}-{at}"
        row = {"touch_key": key, "channel": channel, "touch_at": at, "method": method, "owner_key": owner_key}
        self._add_fact("fct_touches", row)
        return key

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

    def change(self, table: str, key: str, **columns: Any) -> None:
        """Set columns of the row whose own key is `key`, as the vendor would in a later pull."""
        (row,) = [
            row for row in self.tables[table] if key in row.values() and next(iter(row.values())) == key
        ]
        row.update(columns)

    def build(
        self, folder: Path, name: str, shuffled_by: int, full_refresh: bool = False, tested: bool = True
    ) -> Household:
        """Write the tables into the warehouse of `folder`, run dbt on it, and keep what came out.

        Args:
            folder: Where the warehouse goes on from build to build.
            name: Folder below it for the copy of this build, laid out as a home.
            shuffled_by: Seed of the order in which the records are written.
            full_refresh: As dbt's option.
            tested: Whether dbt's own tests run as well.
        """
        warehouse, kept = folder / "warehouse.duckdb", folder / name / "warehouse.duckdb"
        kept.parent.mkdir(parents=True)
        with duckdb.connect(str(warehouse)) as connection:
            self._write(connection, shuffled_by)
        options = ["--full-refresh"] if full_refresh else []
        for kind in () if tested else ("test", "unit_test"):
            options += ["--exclude-resource-type", kind]
        run_dbt(folder, options)
        shutil.copy(warehouse, kept)
        return Household(kept)

    def _row(self, entity: str, native_id: str, account: str, at: str, **columns: Any) -> dict[str, Any]:
        platform = ACCOUNTS[account][0]
        key = entity_key(
            platform,
            account,
            native_id if entity in ("customer", "lead", "job", "call") else f"{entity}-{native_id}",
        )
        self.origin[key] = RecordId(platform, account, entity, native_id)
        row = {
            f"{entity}_key": key,
            "platform": platform,
            "account_id": account,
            "native_id": native_id,
            "created_at": at,
        }
        return row | {"is_deleted": False, "_loaded_at": at} | columns

    def _location_key(self, customer_key: str, place: int) -> str:
        keys = [
            row["location_key"]
            for row in self.tables["int_locations__unioned"]
            if row["customer_key"] == customer_key
        ]
        return keys[place]

    def _add_fact(self, table: str, row: dict[str, Any]) -> None:
        self.facts.setdefault(table, []).append(row)

    def _add(self, table: str, row: dict[str, Any]) -> None:
        self.tables.setdefault(table, []).append(row)

    def _write(self, connection: duckdb.DuckDBPyConnection, shuffled_by: int) -> None:
        order = random.Random(shuffled_by)
        for name, types in contract_types(CONTRACT).items():
            rows = self.tables.get(name, [])
            write_table(connection, f"conformed.{name}", types, order.sample(rows, len(rows)))
        for name in FACTS:
            types = contract_types(FACTS_CONTRACT)[name] | {"owner_key": "varchar"}
            write_table(connection, f"facts.{name}", types, self.facts.get(name, []))
        operator = {
            "accounts": [
                {"platform": platform, "account_id": account, "brand_key": brand, "timezone": zone}
                for account, (platform, brand, zone) in ACCOUNTS.items()
            ],
            "brand_phones": [{"brand_key": "cedar-ridge", "phone": OFFICE_PHONE}],
            "identity_overrides": [
                {column: value or None for column, value in decision.row().items()}
                for decision in self.decisions
            ],
        }
        for name in OPERATOR_TABLES:
            write_table(connection, f"raw_operator.{name}", column_types(name), operator.get(name, []))


class Household:
    """Who ended up with whom, and the warehouse to ask for more."""

    def __init__(self, warehouse: Path) -> None:
        self.warehouse = warehouse
        rows = self.rows("select record_key, household_key, person_key from core.bridge_household_members")
        self.of = {record: household for record, household, _ in rows}
        self.person_of = {record: person for record, _, person in rows}

    @property
    def home(self) -> Path:
        """The folder of this build, a home of its own."""
        return self.warehouse.parent

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def together(self, *records: str) -> bool:
        return len({self.of[record] for record in records}) == 1

    def apart(self, *records: str) -> bool:
        return len({self.of[record] for record in records}) == len(records)

    def same_person(self, *records: str) -> bool:
        return len({self.person_of[record] for record in records}) == 1


def contract_types(path: Path) -> dict[str, dict[str, str]]:
    """Model -> column -> type, as one contract file has them."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        model["name"]: {column["name"]: column["data_type"] for column in model["columns"]}
        for model in document["models"]
    }


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
    for name in FACTS:
        (target / f"models/marts/core/{name}.sql").write_text(
            WRITTEN_FACT.format(name=name), encoding="utf-8"
        )
    return target
