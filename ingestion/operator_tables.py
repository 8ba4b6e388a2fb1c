"""The operator's configuration as tables (`raw_operator.*`), so that models can join it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from ingestion.config import Attribution, OperatorConfig, Settings
from ingestion.gap_decisions import DECISION_COLUMNS, decision_rows, read_decisions
from ingestion.identity_decisions import COLUMNS, configured_decisions, in_force
from ingestion.load import open_warehouse
from ingestion.sweep_tables import create_sweep_tables

SCHEMA = "raw_operator"

Row = tuple[str | None, ...]


@dataclass(frozen=True)
class _Table:
    name: str
    columns: tuple[str, ...]
    rows: Sequence[Row]


def write_operator_tables(settings: Settings) -> None:
    """Replace all operator tables in one transaction.

    Raises:
        ConfigError: the identity decisions or the gap decisions cannot be read.
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
        create_sweep_tables(connection)
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
        _Table("identity_overrides", COLUMNS, list(_decisions(settings))),
        _Table("gap_decisions", DECISION_COLUMNS, decision_rows(read_decisions(settings.home.gap_decisions))),
    ]


def _settings(operator: OperatorConfig) -> Iterator[Row]:
    yield "currency", operator.currency
    yield from attribution_settings(operator.attribution)
    hours = operator.office_hours
    yield "office_hours.opens_minute", str(hours.opens.hour * 60 + hours.opens.minute)
    yield "office_hours.closes_minute", str(hours.closes.hour * 60 + hours.closes.minute)
    yield "office_hours.days", ",".join(str(day) for day in sorted(set(hours.days)))
    for name, value in sorted(operator.tolerances.model_dump().items()):
        yield f"tolerances.{name}", str(value)
    for wire, owner in operator.gap_owners.by_wire().items():
        yield f"gap_owners.{wire}", owner
    # Secrets are never among the options.
    for account in operator.accounts:
        for name, value in sorted(account.options.items()):
            if isinstance(value, str | int | float):
                yield f"accounts.{account.account_id}.{name}", str(value)


def attribution_settings(attribution: Attribution) -> Iterator[Row]:
    """Keys and values as the models of dbt_project/models/intermediate/attribution read them."""
    yield "attribution.window_days.default", str(attribution.default_window_days)
    for trade, days in sorted(attribution.window_days_by_trade.items()):
        yield f"attribution.window_days.{trade}", str(days)
    yield "attribution.new_customer_after_months", str(attribution.new_customer_after_months)
    yield "attribution.half_life_days", str(attribution.half_life_days)
    yield "attribution.smallest_population", str(attribution.smallest_population)
    for model in ("position", "w_shaped"):
        for moment, share in getattr(attribution, model):
            yield f"attribution.{model}.{moment}", str(share)
    if attribution.gross_margin is not None:
        yield "attribution.gross_margin.default", str(attribution.gross_margin)
    for trade, margin in sorted(attribution.gross_margin_by_trade.items()):
        yield f"attribution.gross_margin.{trade}", str(margin)


def _decisions(settings: Settings) -> Iterator[Row]:
    for decision in in_force(configured_decisions(settings)):
        row = decision.row()
        yield tuple(row[column] or None for column in COLUMNS)
