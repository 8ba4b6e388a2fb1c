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
# A weekday of fewer usual rows is off by half by chance; two such days in a row are not.
ENOUGH_DAY_ROWS = 20
DAYS_IN_A_ROW = 2
NIGHT_ENDS_AT = 5
PERIOD_DAYS = 28
# One year before the recent four weeks, of which three periods make a history.
HISTORY_PERIODS = 13
ENOUGH_PERIODS = 3
# Fewer events than these have a night share by chance.
ENOUGH_EVENTS = 200
# An account that never has a night event may still get a few: its share counts as good to one percent.
LEAST_DEVIATION = 0.01
_SEED = 7

# Offices close for several days in a row around these; a single day off raises nothing anyway.
_LONG_HOLIDAYS = """
    (month(day_on) = 11 and day(day_on) between 22 and 29 and isodow(day_on) in (4, 5))
    or (month(day_on) = 12 and day(day_on) >= 24)
    or (month(day_on) = 1 and day(day_on) <= 2)
    or (month(day_on) = 7 and day(day_on) between 3 and 5)
"""


def sampled_rows(connection: duckdb.DuckDBPyConnection, suite: Suite, batch: Batch) -> pandas.DataFrame:
    """At most `SAMPLE_ROWS` rows of the suite's table, the same ones as long as the table is the same.

    Raises:
        SuiteError: a column's expression does not fit the table.
    """
    columns = "".join(f", {expression} as {name}" for name, expression in batch.columns.items())
    return _frame(
        connection,
        suite,
        f"""
        select {", ".join(ROW_ID)}{columns}
        from (from {suite.table} using sample reservoir({SAMPLE_ROWS} rows) repeatable ({_SEED}))
        """,
    )


def accounts(connection: duckdb.DuckDBPyConnection, suite: Suite, batch: Batch) -> pandas.DataFrame:
    """One row per account that has rows in the suite's table: its measures, its volume, and its nights.

    The last week is the seven whole days before the day of the newest data; usual is the median of the
    `TRAILING_WEEKS` before. The share is empty where fewer than `ENOUGH_ROWS` are usual.

    A whole day of the last week is judged against the median of its weekday in the `TRAILING_WEEKS` before,
    where that is at least `ENOUGH_DAY_ROWS` and the four agree with each other. `weekday_share` is the share,
    of the newest `DAYS_IN_A_ROW` such days, that is nearest to 1: so it is far off only if all of them are.

    Raises:
        SuiteError: a column's expression does not fit the table.
    """
    measures = "".join(f", {expression} as {name}" for name, expression in batch.columns.items())
    if suite.day is None:
        return _frame(
            connection,
            suite,
            f"select platform, account_id, count(*) as row_count{measures} from {suite.table} group by all",
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
            select platform, account_id, count(*) as row_count{measures}
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
        ),
        days as (
            select platform, account_id, age_days, count(*) as day_rows
            from aged
            where age_days between 1 and {7 * (TRAILING_WEEKS + 1)}
            group by all
        ),
        every_day as (
            select platform, account_id, age_days, coalesce(day_rows, 0) as day_rows
            from (select platform, account_id from measured)
            cross join range(1, {7 * (TRAILING_WEEKS + 1)} + 1) as numbers(age_days)
            left join days using (platform, account_id, age_days)
        ),
        weekdays as (
            select
                recent.platform, recent.account_id, recent.age_days, recent.day_rows,
                as_of_on - cast(recent.age_days as integer) as day_on,
                median(earlier.day_rows) as usual_day_rows,
                min(earlier.day_rows) as least_day_rows,
                max(earlier.day_rows) as most_day_rows
            from every_day as recent
            join every_day as earlier
                on earlier.platform = recent.platform
                and earlier.account_id = recent.account_id
                and earlier.age_days > recent.age_days
                and earlier.age_days <= recent.age_days + {7 * TRAILING_WEEKS}
                and (earlier.age_days - recent.age_days) % 7 = 0
            cross join (select as_of_on from reconciliation.int_data__as_of)
            where recent.age_days <= 7
            group by all
        ),
        judged_days as (
            select platform, account_id, day_rows / usual_day_rows as day_share
            from weekdays
            where usual_day_rows >= {ENOUGH_DAY_ROWS}
                and least_day_rows >= 0.5 * usual_day_rows
                and most_day_rows <= 1.5 * usual_day_rows
                and not ({_LONG_HOLIDAYS})
            qualify row_number() over (partition by platform, account_id order by age_days) <= {DAYS_IN_A_ROW}
        ),
        day_shares as (
            select
                platform, account_id,
                case when count(*) = {DAYS_IN_A_ROW} then arg_min(day_share, abs(day_share - 1)) end
                    as weekday_share
            from judged_days
            group by all
        )
        select
            measured.*,
            last_week_rows,
            usual_week_rows,
            case when usual_week_rows >= {ENOUGH_ROWS} then last_week_rows / usual_week_rows end
                as last_week_share,
            weekday_share
            {", night_share, night_deviations" if suite.acts_at else ""}
        from measured
        join volumes using (platform, account_id)
        left join day_shares using (platform, account_id)
        {f"left join ({_nights(suite)}) as nights using (platform, account_id)" if suite.acts_at else ""}
        order by all
        """,
    )


def _nights(suite: Suite) -> str:
    """Per account: the share of its events before 05:00 on its own clock, and how far that is from its past.

    The recent four weeks are compared with the periods of four weeks in the year before. Median and median
    deviation, because a change that nobody repaired must not become the history that excuses it.
    """
    return f"""
        with local_events as (
            select
                platform, account_id,
                (({suite.acts_at} at time zone 'UTC') at time zone timezone) as local_at,
                date_diff('day', cast({suite.acts_at} as date), as_of_on) as age_days
            from {suite.table}
            join staging.stg_operator__accounts using (platform, account_id)
            cross join (select as_of_on from reconciliation.int_data__as_of)
            where {suite.acts_at} is not null
        ),
        whole as (
            select
                platform, account_id,
                case when count(*) >= {ENOUGH_EVENTS} then
                    count(*) filter (where hour(local_at) < {NIGHT_ENDS_AT}) / count(*)
                end as night_share
            from local_events
            where local_at is not null
            group by all
        ),
        periods as (
            select
                platform, account_id,
                (age_days - 1) // {PERIOD_DAYS} as period,
                count(*) as events,
                count(*) filter (where hour(local_at) < {NIGHT_ENDS_AT}) / count(*) as share
            from local_events
            where local_at is not null
                and age_days between 1 and {PERIOD_DAYS * (HISTORY_PERIODS + 1)}
            group by all
            having count(*) >= {ENOUGH_EVENTS}
        ),
        history as (
            select platform, account_id, median(share) as usual_share, 1.4826 * mad(share) as spread
            from periods
            where period > 0
            group by all
            having count(*) >= {ENOUGH_PERIODS}
        ),
        recent as (
            select
                platform, account_id,
                (share - usual_share)
                / greatest(spread, sqrt(usual_share * (1 - usual_share) / events), {LEAST_DEVIATION})
                    as night_deviations
            from periods
            join history using (platform, account_id)
            where period = 0
        )
        select platform, account_id, night_share, night_deviations
        from whole
        left join recent using (platform, account_id)
    """


def raw_accounts(
    connection: duckdb.DuckDBPyConnection, suite: Suite, batch: Batch, tables: Sequence[tuple[str, str]]
) -> pandas.DataFrame:
    """One row per account of each raw table (platform, object): measures, and how long its listings are.

    A listing is the newest complete full pull; usual is the median of those in the four weeks before it.

    Raises:
        SuiteError: a column's expression does not fit raw tables.
    """
    measures = "".join(f", {expression} as {name}" for name, expression in batch.columns.items())
    selects = [
        f"""
        select
            '{platform}' as platform, '{name}' as object, held.*, listing_rows, usual_listing_rows,
            case when usual_listing_rows >= {ENOUGH_ROWS} then listing_rows / usual_listing_rows end
                as listing_share
        from (
            select account_id, count(*) as row_count{measures} from raw_{platform}."{name}" group by all
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
