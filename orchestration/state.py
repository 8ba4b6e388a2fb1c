"""What a home holds at the moment, account by account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import duckdb

from ingestion.config import Home
from orchestration.warehouse import has_table, reading


@dataclass(frozen=True)
class AccountPulls:
    """The newest pulls of one account."""

    platform: str
    account_id: str
    objects: int
    last_pull_at: datetime
    rows_held: int
    trouble: str | None


@dataclass(frozen=True)
class HomeState:
    pulls: tuple[AccountPulls, ...] = ()
    open_gaps: int = 0
    dollars_at_risk: Decimal = Decimal(0)


def read_state(home: Home) -> HomeState:
    """The state of a home; an empty one when nothing was loaded yet."""
    if not home.warehouse.is_file():
        return HomeState()
    with reading(home.warehouse) as connection:
        pulls = tuple(
            pull for schema in _raw_schemas(connection) for pull in _account_pulls(connection, schema)
        )
        count, dollars = 0, Decimal(0)
        if has_table(connection, "reconciliation", "fct_reconciliation_gaps"):
            count, dollars = connection.execute(
                "select count(*), coalesce(sum(dollars_at_risk), 0) "
                "from reconciliation.fct_reconciliation_gaps where status = 'open'"
            ).fetchone() or (0, Decimal(0))
    return HomeState(pulls, count, Decimal(dollars))


def _raw_schemas(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select table_schema from information_schema.tables where table_name = '_pulls' order by table_schema"
    ).fetchall()
    return [schema for (schema,) in rows if not schema.endswith("_staging")]


def _account_pulls(connection: duckdb.DuckDBPyConnection, schema: str) -> list[AccountPulls]:
    objects = [
        name
        for (name,) in connection.execute(
            "select table_name from information_schema.columns "
            "where table_schema = ? and column_name = 'removed_at'",
            [schema],
        ).fetchall()
    ]
    if not objects:
        return []
    held = " union all ".join(
        f'select account_id, count(*) as held from {schema}."{name}" where removed_at is null group by 1'
        for name in objects
    )
    rows = connection.execute(
        f"""
        with newest as (
            select * from {schema}._pulls
            qualify row_number() over (partition by account_id, object order by started_at desc) = 1
        ), held as (select account_id, sum(held) as held from ({held}) group by account_id)
        select
            newest.account_id, count(*), max(coalesce(newest.finished_at, newest.started_at)),
            any_value(held.held),
            string_agg(newest.object || ': ' || coalesce(newest.error, 'incomplete'), '; ')
                filter (where not newest.complete)
        from newest left join held on held.account_id = newest.account_id
        group by newest.account_id order by newest.account_id
        """
    ).fetchall()
    platform = schema.removeprefix("raw_")
    return [AccountPulls(platform, row[0], row[1], row[2], int(row[3] or 0), row[4]) for row in rows]
