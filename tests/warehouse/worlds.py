"""Small worlds written straight into the conformed and identity tables, and the money models run on them.

Every table exists with the contract's own columns and types, read from the contract; a world gives only the
columns that matter to it. Staging, identity and vendors stay out, so a wrong figure here is wrong in the
money models.
"""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from ingestion.config import Attribution
from ingestion.operator_tables import attribution_settings
from tests.fixtures import warehouse as fixtures
from tests.fixtures.warehouse import DBT_PROJECT, OPERATOR_TABLES

CONTRACT = DBT_PROJECT / "models/intermediate/conformed/_conformed__models.yml"
IDENTITY_TABLES = {
    "core.bridge_household_members": """household_key varchar, person_key varchar, platform varchar,
        account_id varchar, entity varchar, native_id varchar, record_key varchar, rule varchar,
        valid_from timestamp, valid_to timestamp""",
    "identity.int_calls__resolved": "call_key varchar, household_key varchar, person_key varchar",
}
SEEDS = (
    "channels touch_methods click_id_kinds lead_marketplaces attribution_models marketing_source_map "
    "campaign_aliases"
)
MODELS = (
    "path:models/staging/operator int_data__as_of path:models/intermediate/revenue "
    "path:models/intermediate/attribution path:models/marts/core path:models/marts/marketing "
    "conservation_causes int_brands__booked int_book_entries__matched int_book_entries__ranked "
    "int_conservation__books int_conservation__deduplicated int_conservation__documents "
    "int_conservation__listings fct_conservation rpt_conservation_bridge"
)
NOT_OURS = "path:models/marts/core/households dim_households dim_households_pii bridge_household_members"
DEFAULTS = {
    "platform": "dispatch",
    "account_id": "north",
    "is_deleted": False,
    "_loaded_at": "2026-06-30 00:00:00",
}
# No platform takes part, so the project parses without any staging model.
VARIABLES = "{platforms: {}, reconciliation_checks: []}"


@cache
def contract_columns() -> dict[str, dict[str, str]]:
    """Conformed model -> column -> type, as the contract has them."""
    document = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    return {
        model["name"]: {column["name"]: column["data_type"] for column in model["columns"]}
        for model in document["models"]
    }


def write_world(path: Path, tables: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
    """Create every input table in `path` and fill those that `tables` names.

    Args:
        path: The DuckDB file to create.
        tables: Short table name (`jobs`, `bridge_household_members`, `operator.settings`) -> rows. Columns
            left out take the defaults above, or NULL; settings left out are those of an empty configuration.
    """
    with duckdb.connect(str(path)) as connection:
        for schema in ("conformed", "identity", "core", "raw_operator"):
            connection.execute(f"create schema if not exists {schema}")
        for model, columns in contract_columns().items():
            definition = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            connection.execute(f"create or replace table conformed.{model} ({definition})")
        for table, definition in IDENTITY_TABLES.items():
            connection.execute(f"create or replace table {table} ({definition})")
        for name, definition in OPERATOR_TABLES.items():
            connection.execute(f"create or replace table raw_operator.{name} ({definition})")
        for name, rows in tables.items():
            _insert(connection, _relation(name), rows)
        given = {row["key"] for row in tables.get("operator.settings", ())}
        defaults = [
            {"key": key, "value": value}
            for key, value in attribution_settings(Attribution())
            if key not in given
        ]
        _insert(connection, "raw_operator.settings", defaults)


def _relation(name: str) -> str:
    if name.startswith("operator."):
        return "raw_" + name
    identity = {table.split(".")[1]: table for table in IDENTITY_TABLES}
    return identity.get(name) or f"conformed.int_{name}__unioned"


def _insert(connection: duckdb.DuckDBPyConnection, relation: str, rows: Iterable[Mapping[str, Any]]) -> None:
    schema, table = relation.split(".")
    known = {
        row[0]
        for row in connection.execute(
            "select column_name from information_schema.columns where table_schema = ? and table_name = ?",
            [schema, table],
        ).fetchall()
    }
    for row in rows:
        defaults = DEFAULTS if schema == "conformed" else {}
        values = {name: value for name, value in {**defaults, **row}.items() if value not in (None, "")}
        unknown = values.keys() - known
        if unknown:
            raise ValueError(f"{relation} has no column {', '.join(sorted(unknown))}")
        names = ", ".join(values)
        marks = ", ".join("?" for _ in values)
        connection.execute(f"insert into {relation} ({names}) values ({marks})", list(values.values()))


def read_tables(folder: Path) -> dict[str, list[dict[str, str]]]:
    """The CSV files of `folder` as tables for `write_world`; an empty cell is NULL."""
    tables = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            tables[path.stem] = list(csv.DictReader(file))
    return tables


def run_dbt(command: str, warehouse: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one dbt command over `warehouse`, with artefacts beside it."""
    return fixtures.run_dbt([command, *arguments], warehouse, variables=VARIABLES)


def money_selection(*, tests: bool) -> list[str]:
    """dbt's arguments for every seed and model that a world can feed; also what the benchmark builds."""
    selection = ["--select", *SEEDS.split(), *MODELS.split(), "--exclude", *NOT_OURS.split()]
    untested = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    return [*selection, *([] if tests else untested)]


def build_money(warehouse: Path, command: str = "build", *, tests: bool = True) -> None:
    """Seed, run and (with `build`, unless `tests` is off) test every revenue, attribution and mart model.

    Raises:
        AssertionError: dbt failed; carries its output.
    """
    result = run_dbt(command, warehouse, *money_selection(tests=tests))
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]
