"""A listing beside the raw table it should be equal to, and the tables that keep what the sweep found.

`raw_operator.sweeps`: one row per object of an account, of its newest sweep. `sweep_days`: what both sides
count and sum by the day of creation. `sweep_rows`: every row that differs, with the cause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import duckdb
import pyarrow as pa

from ingestion.config import Account
from ingestion.spec import ObjectSpec

# In a list this short a few rows are a large share; only its complete loss is suspicious.
SMALL_LISTING = 10
# Why the two sides differ; those of `EXPECTED` need nobody.
CAUSES = ("lost", "stale", "removed", "doubled", "late")
EXPECTED = frozenset({"late"})

_TABLES = {
    "sweeps": """platform varchar, account_id varchar, object varchar, started_at timestamp,
        listed_rows bigint, held_rows bigint, refusal varchar""",
    "sweep_days": """platform varchar, account_id varchar, object varchar, created_on date,
        vendor_rows bigint, vendor_amount decimal(18, 4), held_rows bigint, held_amount decimal(18, 4)""",
    "sweep_rows": """platform varchar, account_id varchar, object varchar, native_id varchar, created_on date,
        cause varchar, row_difference bigint, amount_difference decimal(18, 4), is_repaired boolean,
        swept_at timestamp""",
}


@dataclass(frozen=True)
class Listed:
    """What a vendor showed of one object of one account.

    Attributes:
        rows: As `ingestion.records.rows_table` makes them; repeated keys are still in it.
        proves_absence: A row that is not in it does not exist any more.
    """

    account: Account
    object: ObjectSpec
    rows: pa.Table
    started_at: datetime
    proves_absence: bool


@dataclass(frozen=True)
class DifferingRow:
    """One row that is not held as the vendor showed it.

    Attributes:
        cause: lost (not held), stale (held in an older version), removed (held, and not shown any more),
            doubled (held more than once), late (it changed after it was shown).
        row_difference: Rows held less rows shown.
        amount_difference: The same in what the object sums; zero where it sums nothing.
    """

    native_id: str
    created_on: date | None
    cause: str
    row_difference: int
    amount_difference: Decimal
    is_repaired: bool = False


@dataclass(frozen=True)
class DayFigures:
    """One day of creation, None for rows without; both sides."""

    created_on: date | None
    vendor_rows: int
    vendor_amount: Decimal
    held_rows: int
    held_amount: Decimal


@dataclass(frozen=True)
class Comparison:
    """One object of one account, compared.

    Attributes:
        differing: What somebody should know; rows that changed after they were shown are in `late`.
        refusal: Why absence was not believed: the listing came with far fewer rows than are held.
    """

    platform: str
    account_id: str
    object: str
    started_at: datetime
    listed_rows: int
    held_rows: int
    days: tuple[DayFigures, ...]
    differing: tuple[DifferingRow, ...]
    late: tuple[DifferingRow, ...]
    refusal: str | None = None


def compare(connection: duckdb.DuckDBPyConnection, listed: Listed, shrink_share: float) -> Comparison:
    """Compare a listing with what is held now.

    Args:
        shrink_share: So large a share of the held rows may be missing from a listing that proves absence.
    """
    account, spec = listed.account, listed.object
    table = f'raw_{account.platform}."{spec.name}"'
    started_at = listed.started_at.astimezone(UTC).replace(tzinfo=None)
    connection.register("listed", listed.rows)
    connection.execute(
        f"""
        create or replace temp table paired as
        with newest as (
            select
                native_id,
                max((coalesce(modified_at, '-infinity'::timestamp), fetched_at, position)) as rank
            from listed
            group by native_id
        ),
        shown as (
            select
                native_id, payload, modified_at, fetched_at,
                {_day(spec)} as created_on, {_amount(spec)} as amount
            from listed
            join newest using (native_id)
            where (coalesce(modified_at, '-infinity'::timestamp), fetched_at, position) = rank
        ),
        held as (
            select
                native_id,
                count(*) as copies,
                any_value(payload) as payload,
                max(modified_at) as modified_at,
                max(fetched_at) as fetched_at,
                any_value({_day(spec)}) as created_on,
                sum({_amount(spec)}) as amount
            from {table}
            where account_id = $account and removed_at is null
            group by native_id
        )
        select
            coalesce(shown.native_id, held.native_id) as native_id,
            coalesce(shown.created_on, held.created_on) as created_on,
            case when shown.native_id is null then 0 else 1 end as vendor_rows,
            coalesce(shown.amount, 0) as vendor_amount,
            coalesce(held.copies, 0) as held_rows,
            coalesce(held.amount, 0) as held_amount,
            case
                when held.native_id is null then 'lost'
                when held.copies > 1 then 'doubled'
                when shown.native_id is null and held.fetched_at >= $started_at then 'late'
                when shown.native_id is null then 'removed'
                when shown.payload = held.payload then null
                when held.fetched_at >= shown.fetched_at or held.modified_at > shown.modified_at then 'late'
                else 'stale'
            end as cause
        from shown
        full outer join held on held.native_id = shown.native_id
        """,
        {"account": account.account_id, "started_at": started_at},
    )
    connection.unregister("listed")
    refusal = None if listed.proves_absence else "its full pull is no proof that absent rows are gone"
    if listed.proves_absence:
        refusal = _shrunk(connection, shrink_share)
    if refusal:
        # Nothing is said about rows that were not shown: they count as shown, on both sides.
        connection.execute(
            "update paired set vendor_rows = held_rows, vendor_amount = held_amount, cause = null "
            "where cause = 'removed'"
        )
    rows = _differing(connection)
    return Comparison(
        platform=account.platform,
        account_id=account.account_id,
        object=spec.name,
        started_at=started_at,
        listed_rows=_count(connection, "sum(vendor_rows)"),
        held_rows=_count(connection, "sum(held_rows)"),
        days=_days(connection),
        differing=tuple(row for row in rows if row.cause not in EXPECTED),
        late=tuple(row for row in rows if row.cause in EXPECTED),
        refusal=refusal if listed.proves_absence else None,
    )


def write_sweeps(connection: duckdb.DuckDBPyConnection, comparisons: Sequence[Comparison]) -> None:
    """Replace what is kept of each compared object; in one transaction."""
    connection.execute("begin")
    create_sweep_tables(connection)
    for each in comparisons:
        key = (each.platform, each.account_id, each.object)
        for table in _TABLES:
            connection.execute(
                f"delete from raw_operator.{table} where platform = ? and account_id = ? and object = ?", key
            )
        _insert(
            connection,
            "sweeps",
            [(*key, each.started_at, each.listed_rows, each.held_rows, each.refusal)],
        )
        _insert(
            connection,
            "sweep_days",
            [
                (*key, day.created_on, day.vendor_rows, day.vendor_amount, day.held_rows, day.held_amount)
                for day in each.days
            ],
        )
        _insert(
            connection,
            "sweep_rows",
            [
                (
                    *key, row.native_id, row.created_on, row.cause, row.row_difference, row.amount_difference,
                    row.is_repaired, each.started_at,
                )
                for row in (*each.differing, *each.late)
            ],
        )  # fmt: skip
    connection.execute("commit")


def create_sweep_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Every table exists, empty before the first sweep: models select from it."""
    connection.execute("create schema if not exists raw_operator")
    for table, columns in _TABLES.items():
        connection.execute(f"create table if not exists raw_operator.{table} ({columns})")


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        marks = ", ".join("?" for _ in rows[0])
        connection.executemany(f"insert into raw_operator.{table} values ({marks})", rows)


def _day(spec: ObjectSpec) -> str:
    if spec.created is None:
        return "null::date"
    return f"try_cast(try_cast(json_extract_string(payload, '{_path(spec.created)}') as timestamptz) as date)"


def _amount(spec: ObjectSpec) -> str:
    if spec.amount is None:
        return "0::decimal(18, 4)"
    return f"coalesce(try_cast(json_extract_string(payload, '{_path(spec.amount)}') as decimal(18, 4)), 0)"


def _path(path: str) -> str:
    return "$." + ".".join(f'"{part}"' for part in path.split("."))


def _shrunk(connection: duckdb.DuckDBPyConnection, shrink_share: float) -> str | None:
    held = _count(connection, "sum(held_rows)")
    absent = _count(connection, "count(*) filter (where cause = 'removed')")
    shown = _count(connection, "sum(vendor_rows)")
    if absent <= held * shrink_share or (shown and held < SMALL_LISTING):
        return None
    return f"{absent} of {held} held rows were not shown; allowed are {shrink_share:.0%}"


def _count(connection: duckdb.DuckDBPyConnection, expression: str) -> int:
    row = connection.execute(f"select coalesce({expression}, 0) from paired").fetchone()
    return int(row[0]) if row else 0


def _days(connection: duckdb.DuckDBPyConnection) -> tuple[DayFigures, ...]:
    rows = connection.execute(
        """
        select
            created_on, sum(vendor_rows)::bigint, sum(vendor_amount), sum(held_rows)::bigint, sum(held_amount)
        from paired
        group by created_on
        order by created_on
        """
    ).fetchall()
    return tuple(DayFigures(*row) for row in rows)


def _differing(connection: duckdb.DuckDBPyConnection) -> tuple[DifferingRow, ...]:
    rows = connection.execute(
        """
        select native_id, created_on, cause, held_rows - vendor_rows, held_amount - vendor_amount
        from paired
        where cause is not null
        order by native_id
        """
    ).fetchall()
    return tuple(DifferingRow(*row) for row in rows)
