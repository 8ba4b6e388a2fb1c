"""Volumes by weekday and shares of night events: what they find, and where they stay silent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.expectations.suites import suites
from orchestration.expectations.validation import validate
from tests.warehouse.worlds import contract_columns

CHICAGO, NEW_YORK, LOS_ANGELES = "America/Chicago", "America/New_York", "America/Los_Angeles"
CALLS = tuple(suite for suite in suites() if suite.name == "calls")
USUAL_ROWS = "case when isodow(day_on) <= 5 then 30 else 4 end"
# Office hours of calls on the account's own clock, by number of the call on its day.
OFFICE = "7 + i % 11"


def broken_accounts(
    folder: Path,
    as_of: date,
    rows_of: Mapping[str, str],
    hours_of: Mapping[str, str] | None = None,
    zones: Mapping[str, str] | None = None,
    read_as_utc: Mapping[str, str] | None = None,
) -> dict[str, set[str]]:
    """Column -> accounts that break the suite of calls.

    Args:
        as_of: The day of the newest data; calls are on the 400 days before.
        rows_of: Account -> calls on a day, as SQL over `age` in days and `day_on`.
        hours_of: Account -> local hour of a call, as SQL over `i`, its number on the day; else `OFFICE`.
        zones: Account -> its time zone; else Chicago.
        read_as_utc: Account -> the days on which its local times are taken for UTC.
    """
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute(
            f"""
            create schema conformed; create schema reconciliation; create schema staging;
            create table reconciliation.int_data__as_of as select date '{as_of}' as as_of_on;
            create table staging.stg_operator__accounts
                (platform varchar, account_id varchar, timezone varchar);
            create table conformed.int_calls__unioned ({
                ", ".join(f"{name} {kind}" for name, kind in contract_columns()["int_calls__unioned"].items())
            })
            """
        )
        for account, rows in rows_of.items():
            zone = (zones or {}).get(account, CHICAGO)
            connection.execute(
                "insert into staging.stg_operator__accounts values ('crm', ?, ?)", [account, zone]
            )
            connection.execute(
                f"""
                insert into conformed.int_calls__unioned by name
                with days as (
                    select age, date '{as_of}' - cast(age as integer) as day_on from range(1, 401) as t(age)
                ),
                calls as (
                    select
                        *,
                        cast(day_on as timestamp) + to_hours({(hours_of or {}).get(account, OFFICE)})
                            as local_at
                    from (select *, unnest(range({rows})) as i from days)
                )
                select
                    'crm' as platform, '{account}' as account_id, age || '-' || i as native_id,
                    md5(native_id) as call_key, 180 as duration_seconds, '+15125550100' as to_phone,
                    case when {(read_as_utc or {}).get(account, "false")} then local_at
                        else (local_at at time zone '{zone}') at time zone 'UTC' end as started_at
                from calls
                """
            )
        verdicts = validate(connection, CALLS, (), folder / "data_docs")
    return {
        each.expectation.column: {str(sample["account_id"]) for sample in each.samples}
        for verdict in verdicts
        for each in verdict.broken
    }


def test_a_feed_that_died_two_days_ago_is_found_before_its_week_shows_it(tmp_path: Path) -> None:
    on_days = "case when age in ({}) then 0 else {} end"
    rows_of = {
        "healthy": USUAL_ROWS,
        "died": on_days.format("1, 2", USUAL_ROWS),
        "half": f"case when age <= 2 then 12 else {USUAL_ROWS} end",
        "doubled": f"case when age <= 2 then 60 else {USUAL_ROWS} end",
        "one day off": on_days.format("1", USUAL_ROWS),
        "healed": on_days.format("2, 3, 4", USUAL_ROWS),
        "small": on_days.format("1, 2", "8"),
        "new": "case when age <= 15 then 30 else 0 end",
        "days off a week ago": on_days.format("8, 9", USUAL_ROWS),
        "no two weeks alike": "case when age <= 2 then 5 else 5 + 50 * ((age // 7) % 2) end",
        "growing": "cast(40 * pow(0.99, age) as integer)",
    }
    # A Thursday.
    broken = broken_accounts(tmp_path, date(2026, 6, 25), rows_of)
    assert broken == {"weekday_share": {"died", "half", "doubled"}}


def test_a_closed_weekend_is_no_dead_feed(tmp_path: Path) -> None:
    closed = "case when isodow(day_on) <= 5 then 30 else 0 end"
    rows_of = {"healthy": closed, "died": f"case when age <= 4 then 0 else {closed} end"}
    # A Monday: the newest days on which calls are usual are Friday and Thursday.
    assert broken_accounts(tmp_path, date(2026, 6, 29), rows_of) == {"weekday_share": {"died"}}


@pytest.mark.parametrize(
    ("as_of", "closed_on", "died_after"),
    [
        (date(2026, 11, 28), "date '2026-11-26', date '2026-11-27'", "date '2026-11-23'"),
        (date(2026, 12, 28), "date '2026-12-24', date '2026-12-25'", "date '2026-12-21'"),
        (date(2026, 7, 7), "date '2026-07-03', date '2026-07-06'", "date '2026-07-01'"),
        (date(2026, 9, 8), "date '2026-09-07'", "date '2026-09-03'"),
    ],
    ids=["thanksgiving", "christmas", "independence", "labor"],
)
def test_holidays_stay_silent_and_hide_no_dead_feed(
    as_of: date, closed_on: str, died_after: str, tmp_path: Path
) -> None:
    rows_of = {
        "healthy": f"case when day_on in ({closed_on}) then 1 else {USUAL_ROWS} end",
        "died": f"case when day_on > {died_after} then 0 else {USUAL_ROWS} end",
    }
    assert broken_accounts(tmp_path, as_of, rows_of).get("weekday_share") == {"died"}


@pytest.mark.parametrize(
    "as_of",
    [date(2026, 3, 20), date(2026, 6, 25), date(2026, 11, 12)],
    ids=["spring forward", "summer", "fall back"],
)
def test_local_times_read_as_utc_are_found_by_the_accounts_own_nights(as_of: date, tmp_path: Path) -> None:
    hours_of = {
        "one night call": f"case when i = 0 and age = 3 then 2 else {OFFICE} end",
        "always open": "case when i < 2 then 3 else 7 + i % 11 end",
        "before dawn": "5 + i % 12",
    }
    zones = {"new york": NEW_YORK, "new york steady": NEW_YORK, "west from the start": LOS_ANGELES}
    read_as_utc = {
        "changed": "age <= 28",
        "changed last week": "age <= 7",
        "new york": "age <= 28",
        "small": "age <= 28",
        "repaired a month ago": "age between 29 and 60",
        "left unrepaired": "age <= 100",
        "west from the start": "true",
    }
    accounts = {**dict.fromkeys(("steady", *hours_of, *zones, *read_as_utc), "20"), "small": "5"}
    broken = broken_accounts(tmp_path, as_of, accounts, hours_of, zones, read_as_utc)
    assert broken == {
        "night_deviations": {"changed", "changed last week", "new york", "left unrepaired"},
        "night_share": {"west from the start"},
    }
