"""What is judged: small frames that DuckDB makes of big tables.

Rows are a repeatable sample; accounts are aggregates over every row. So the cost grows with the number of
tables and accounts, not with their rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import duckdb

from orchestration.expectations.suites import SAMPLE_ROWS, Batch, Suite, SuiteError

if TYPE_CHECKING:
    import pandas

ROW_ID = ("platform", "account_id", "native_id")
ACCOUNT_ID = ("platform", "account_id")
RAW_ID = ("platform", "object", "account_id")
# A share of fewer usual rows than these says more about chance than about the account.
ENOUGH_ROWS = 100
TRAILING_WEEKS = 4
_SEED = 7


def sampled_rows(connection: duckdb.DuckDBPyConnection, suite: Suite, batch: Batch) -> pandas.DataFrame:
    """At most `SAMPLE_ROWS` rows of the suite's table, the same ones as long as the table is the same.

    Raises:
        SuiteError: a column's expression does not fit the table.
    """
    columns = ", ".join(f"{expression} as {name}" for name, expression in batch.columns.items())
    return _frame(
        connection,
        suite,
        f"""
        select {", ".join(ROW_ID)}, {columns}
        from (from {suite.table} using sample reservoir({SAMPLE_ROWS} rows) repeatable ({_SEED}))
        """,
    )


def accounts(connection: duckdb.DuckDBPyConnection, suite: Suite, batch: Batch) -> pandas.DataFrame:
    """One row per account that has rows in the suite's table: its measures, and its weekly volume.

    The last week is the seven whole days before the day of the newest data; usual is the median of the
    `TRAILING_WEEKS` before. The share is empty where fewer than `ENOUGH_ROWS` are usual.

    Raises:
        SuiteError: a column's expression does not fit the table.
    """
    measures = ", ".join(f"{expression} as {name}" for name, expression in batch.columns.items())
    if suite.day is None:
        return _frame(
            connection,
            suite,
            f"select platform, account_id, count(*) as row_count, {measures} from {suite.table} group by all",
        )
    return _frame(
        connection,
        suite,
        f"""
        with aged as (
            select
                *,
                date_diff('day', cast({suite.day} as date), as_of_on) as age_days
            from {suite.table}
            cross join (select as_of_on from reconciliation.int_data__as_of)
        ),
        measured as (
            select platform, account_id, count(*) as row_count, {measures}
            from aged
            group by all
        ),
        weeks as (
            select platform, account_id, (age_days - 1) // 7 as week, count(*) as week_rows
            from aged
            where age_days between 1 and {7 * (TRAILING_WEEKS + 1)}
            group by all
        ),
        every_week as (
            select platform, account_id, week, coalesce(week_rows, 0) as week_rows
            from (select platform, account_id from measured)
            cross join range({TRAILING_WEEKS + 1}) as numbers(week)
            left join weeks using (platform, account_id, week)
        ),
        volumes as (
            select
                platform, account_id,
                cast(sum(week_rows) filter (where week = 0) as bigint) as last_week_rows,
                median(week_rows) filter (where week > 0) as usual_week_rows
            from every_week
            group by all
        )
        select
            measured.*,
            last_week_rows,
            usual_week_rows,
            case when usual_week_rows >= {ENOUGH_ROWS} then last_week_rows / usual_week_rows end
                as last_week_share
        from measured
        join volumes using (platform, account_id)
        order by all
        """,
    )


def raw_accounts(
    connection: duckdb.DuckDBPyConnection, suite: Suite, batch: Batch, tables: Sequence[tuple[str, str]]
) -> pandas.DataFrame:
    """One row per account of each raw table (platform, object): measures, and how long its listings are.

    A listing is the newest complete full pull; usual is the median of those in the four weeks before it.

    Raises:
        SuiteError: a column's expression does not fit raw tables.
    """
    measures = ", ".join(f"{expression} as {name}" for name, expression in batch.columns.items())
    selects = [
        f"""
        select
            '{platform}' as platform, '{name}' as object, held.*, listing_rows, usual_listing_rows,
            case when usual_listing_rows >= {ENOUGH_ROWS} then listing_rows / usual_listing_rows end
                as listing_share
        from (
            select account_id, count(*) as row_count, {measures} from raw_{platform}."{name}" group by all
        ) as held
        left join ({_listings(platform, name)}) as listings using (account_id)
        """
        for platform, name in tables
    ]
    return _frame(connection, suite, " union all ".join(selects) + " order by platform, object, account_id")


def _listings(platform: str, name: str) -> str:
    # A long pull is landed in parts that share their start; only the last one is complete.
    return f"""
        select
            account_id,
            arg_max(whole_rows, started_at) as listing_rows,
            median(whole_rows) filter (where newest_at > started_at and newest_at - started_at
                <= interval {7 * TRAILING_WEEKS} day) as usual_listing_rows
        from (
            select
                account_id, started_at, sum(rows_seen) as whole_rows,
                max(started_at) over (partition by account_id) as newest_at
            from raw_{platform}._pulls
            where object = '{name}' and mode = 'full'
            group by account_id, started_at
            having bool_or(complete)
        )
        group by account_id
    """


def _frame(connection: duckdb.DuckDBPyConnection, suite: Suite, query: str) -> pandas.DataFrame:
    try:
        return connection.execute(query).df()
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException) as error:
        raise SuiteError(f"suites/{suite.name}.yml does not fit {suite.table}: {error}") from error
