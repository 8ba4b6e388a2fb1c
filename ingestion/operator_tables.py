"""The operator's configuration as tables (`raw_operator.*`), so that models can join it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ingestion.config import ConfigError, OperatorConfig, Settings
from ingestion.load import open_warehouse

SCHEMA = "raw_operator"
DECISIONS = ("same", "different")

Row = tuple[str | None, ...]


@dataclass(frozen=True)
class _Table:
    name: str
    columns: tuple[str, ...]
    rows: Sequence[Row]


def write_operator_tables(settings: Settings) -> None:
    """Replace all operator tables in one transaction.

    Raises:
        ConfigError: the identity overrides file is wrong.
    """
    tables = _tables(settings)
    with closing(open_warehouse(settings.home.warehouse)) as connection:
        connection.execute("begin")
        connection.execute(f"create schema if not exists {SCHEMA}")
        for table in tables:
            columns = ", ".join(f"{column} varchar" for column in table.columns)
            connection.execute(f"create or replace table {SCHEMA}.{table.name} ({columns})")
            if table.rows:
                marks = ", ".join("?" for _ in table.columns)
                connection.executemany(f"insert into {SCHEMA}.{table.name} values ({marks})", table.rows)
        connection.execute("commit")


def _tables(settings: Settings) -> list[_Table]:
    operator = settings.operator
    return [
        _Table(
            "accounts",
            ("account_id", "platform", "brand_key", "timezone"),
            [
                (account.account_id, account.platform, account.brand, account.timezone)
                for account in operator.accounts
            ],
        ),
        _Table(
            "brands",
            ("brand_key", "brand_name", "timezone", "trades"),
            [(brand.key, brand.name, brand.timezone, ",".join(brand.trades)) for brand in operator.brands],
        ),
        _Table(
            "brand_phones",
            ("brand_key", "phone"),
            [(brand.key, phone) for brand in operator.brands for phone in brand.own_phones],
        ),
        _Table(
            "service_zips",
            ("brand_key", "postal_code"),
            [(brand.key, code) for brand in operator.brands for code in brand.service_zips],
        ),
        _Table("settings", ("key", "value"), list(_settings(operator))),
        _Table("identity_overrides", OVERRIDE_COLUMNS, _overrides(settings)),
    ]


OVERRIDE_COLUMNS = (
    *(
        f"{side}_{part}"
        for side in ("left", "right")
        for part in ("platform", "account_id", "entity", "native_id")
    ),
    "decision",
)


def _settings(operator: OperatorConfig) -> Iterator[Row]:
    yield "currency", operator.currency
    attribution = operator.attribution
    yield "attribution.window_days.default", str(attribution.default_window_days)
    for trade, days in sorted(attribution.window_days_by_trade.items()):
        yield f"attribution.window_days.{trade}", str(days)
    yield "attribution.new_customer_after_months", str(attribution.new_customer_after_months)
    for name, value in sorted(operator.tolerances.model_dump().items()):
        yield f"tolerances.{name}", str(value)
    # Secrets are never among the options.
    for account in operator.accounts:
        for name, value in sorted(account.options.items()):
            if isinstance(value, str | int | float):
                yield f"accounts.{account.account_id}.{name}", str(value)


def _overrides(settings: Settings) -> list[Row]:
    file = settings.operator.identity_overrides_file
    if file is None:
        return []
    path = (settings.config_path.parent / file).resolve()
    if not path.is_file():
        raise ConfigError(f"{settings.config_path}: identity_overrides_file: {path} does not exist")
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        missing = [column for column in OVERRIDE_COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise ConfigError(f"{path}: columns are missing: {', '.join(missing)}")
        return [_override(path, number, row) for number, row in enumerate(reader, start=2)]


def _override(path: Path, line: int, row: dict[str, str]) -> Row:
    if row["decision"] not in DECISIONS:
        raise ConfigError(f"{path}, line {line}: decision is {row['decision']!r}; write same or different")
    return tuple(row[column] for column in OVERRIDE_COLUMNS)
