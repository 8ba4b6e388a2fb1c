"""Fields that come, go and change their type are told, and what always was so is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import duckdb
import pytest

from orchestration.drift import TOLD_FOR, Drift, find_drift

DAY_1 = datetime(2026, 10, 1, 3)
DAY_2 = datetime(2026, 10, 4, 3)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A raw table with 60 rows, half of them read on the second day."""
    with duckdb.connect() as connection:
        connection.execute("create schema raw_acme")
        connection.execute(
            "create table raw_acme._fields (account_id varchar, object varchar, field varchar, "
            "json_type varchar, first_seen_at timestamp, last_seen_at timestamp)"
        )
        connection.execute(
            "create table raw_acme.jobs (account_id varchar, payload varchar, fetched_at timestamp)"
        )
        saw(connection, "id", "number", DAY_1, DAY_2)
        yield connection


def saw(connection, field: str, json_type: str, first: datetime, last: datetime) -> None:
    connection.execute(
        "insert into raw_acme._fields values ('a', 'jobs', ?, ?, ?, ?)", [field, json_type, first, last]
    )


def fill(connection, before: str, since: str, rows: int = 30) -> None:
    for payload, at in ((before, DAY_1), (since, DAY_2)):
        connection.executemany("insert into raw_acme.jobs values ('a', ?, ?)", [[payload, at]] * rows)


def drift(connection) -> list[Drift]:
    return find_drift(connection, "acme", ["jobs"])["jobs"]


def test_a_vendor_that_does_not_change_is_quiet(connection) -> None:
    fill(connection, '{"id": 1}', '{"id": 1}')
    assert drift(connection) == []


def test_a_new_field_is_told_and_harmless(connection) -> None:
    saw(connection, "tip", "number", DAY_2, DAY_2)
    (found,) = drift(connection)
    assert (found.field, found.kind, found.is_harmless) == ("tip", "new", True)


def test_another_type_is_told(connection) -> None:
    saw(connection, "id", "string", DAY_2, DAY_2)
    (found,) = drift(connection)
    assert (found.kind, found.detail, found.is_harmless) == ("other type", "number, then string", False)


def test_a_null_is_no_type(connection) -> None:
    saw(connection, "id", "null", DAY_2, DAY_2)
    assert drift(connection) == []


def test_types_that_were_mixed_from_the_beginning_are_how_the_vendor_is(connection) -> None:
    saw(connection, "id", "string", DAY_1 + timedelta(hours=2), DAY_2)
    assert drift(connection) == []


def test_a_field_that_is_gone_is_told_with_its_figures(connection) -> None:
    saw(connection, "total", "number", DAY_1, DAY_1)
    fill(connection, '{"id": 1, "total": 5}', '{"id": 1}')
    (found,) = drift(connection)
    assert (found.field, found.kind) == ("total", "gone")
    assert found.detail == "in 30 of 30 earlier rows, in none of 30 since"


def test_it_is_told_when_every_row_was_read_anew(connection) -> None:
    saw(connection, "total", "number", DAY_1, DAY_1)
    connection.executemany("insert into raw_acme.jobs values ('a', ?, ?)", [['{"id": 1}', DAY_2]] * 30)
    assert [found.kind for found in drift(connection)] == ["gone"]


@pytest.mark.parametrize(
    ("before", "since", "rows"),
    [
        ('{"total": 5}', '{"total": 5}', 30),  # the sample merely missed it
        ('{"total": 5}', "{}", 5),  # too few rows to say so
        ("{}", "{}", 30),  # rare before
    ],
)
def test_a_field_that_the_sample_missed_is_not_gone(connection, before: str, since: str, rows: int) -> None:
    saw(connection, "total", "number", DAY_1, DAY_1)
    fill(connection, before, since, rows)
    assert drift(connection) == []


def test_after_two_weeks_it_is_how_the_vendor_is(connection) -> None:
    saw(connection, "tip", "number", DAY_2, DAY_2)
    saw(connection, "id", "number", DAY_1, DAY_2 + TOLD_FOR)
    assert drift(connection) == []
