"""What is kept of a row's versions does not depend on how they are cut into loads, nor on their order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.records import ROWS_SCHEMA
from ingestion.versions import EARLIER_PAYLOADS_SCHEMA, changes, newest_versions

BEGIN = datetime(2026, 3, 1)


@dataclass(frozen=True)
class Sighting:
    """One fetch of one row; payload and modification time may change together or apart."""

    native_id: str
    payload: str
    hour: int
    modified: int | None = None

    @property
    def fetched_at(self) -> datetime:
        return BEGIN + timedelta(hours=self.hour)

    def row(self) -> dict[str, object]:
        modified = None if self.modified is None else BEGIN + timedelta(days=self.modified)
        return {
            "account_id": "north",
            "native_id": self.native_id,
            "payload": self.payload,
            "modified_at": modified,
            "fetched_at": self.fetched_at,
            "changed_at": self.fetched_at,
            "pull_id": f"p{self.hour:03}",
            "removed_at": None,
            "position": 0,
        }


def loaded(batches: Iterable[list[Sighting]]) -> dict[str, tuple[str, datetime, datetime]]:
    """Load the batches one after the other: native id -> (payload, fetched_at, changed_at)."""
    columns = pa.schema([column for column in ROWS_SCHEMA if column.name != "position"])
    with duckdb.connect() as connection:
        connection.execute("create schema raw")
        connection.register("no_rows", columns.empty_table())
        connection.register("no_payloads", EARLIER_PAYLOADS_SCHEMA.empty_table())
        connection.execute("create table raw.jobs as from no_rows")
        connection.execute("create table raw._earlier_payloads as from no_payloads")
        for batch in batches:
            incoming = pa.Table.from_pylist([each.row() for each in batch], schema=ROWS_SCHEMA)
            found = changes(connection, "raw", "jobs", newest_versions(connection, incoming))
            connection.register("found", found.rows)
            connection.execute("delete from raw.jobs where native_id in (select native_id from found)")
            connection.execute("insert into raw.jobs from found")
            connection.unregister("found")
        rows = connection.execute(
            "select native_id, payload, fetched_at, changed_at from raw.jobs"
        ).fetchall()
    return {
        native_id: (payload, fetched_at, changed_at) for native_id, payload, fetched_at, changed_at in rows
    }


def expected(sightings: Iterable[Sighting]) -> dict[str, tuple[str, datetime, datetime]]:
    """The same from the definitions, over all sightings at once."""
    rows = {}
    for native_id in {each.native_id for each in sightings}:
        own = [each for each in sightings if each.native_id == native_id]
        newest = max(own, key=lambda each: (-1 if each.modified is None else each.modified, each.hour))
        same = [each.fetched_at for each in own if each.payload == newest.payload]
        rows[native_id] = (newest.payload, newest.fetched_at, min(same))
    return rows


# Hours are unique: one pull fetches a row once.
HISTORIES = st.lists(
    st.builds(
        Sighting,
        native_id=st.sampled_from("12"),
        payload=st.sampled_from("abc"),
        hour=st.integers(0, 40),
        modified=st.one_of(st.none(), st.integers(0, 2)),
    ),
    min_size=1,
    max_size=9,
    unique_by=lambda each: each.hour,
)
THERE_AND_BACK = [Sighting("1", "a", 1), Sighting("1", "b", 2), Sighting("1", "a", 3)]


@settings(max_examples=60, deadline=None)
@given(history=HISTORIES, cuts=st.sets(st.integers(1, 8)), data=st.data())
def test_any_order_and_any_cut_give_the_same_rows(history, cuts, data) -> None:
    order = data.draw(st.permutations(history))
    edges = [0, *sorted(cut for cut in cuts if cut < len(order)), len(order)]
    batches = [order[start:end] for start, end in pairwise(edges)]
    assert loaded(batches) == expected(history)


@settings(deadline=None)
@given(order=st.permutations(THERE_AND_BACK))
def test_a_payload_that_came_back_counts_from_its_first_fetch(order: list[Sighting]) -> None:
    assert loaded([each] for each in order) == {
        "1": ("a", BEGIN + timedelta(hours=3), BEGIN + timedelta(hours=1))
    }


def test_a_confirmation_moves_the_fetch_but_not_the_change() -> None:
    confirmed = loaded([[Sighting("1", "a", 1)], [Sighting("1", "a", 9)]])
    assert confirmed["1"] == ("a", BEGIN + timedelta(hours=9), BEGIN + timedelta(hours=1))


def test_a_load_that_is_repeated_after_a_crash_changes_nothing() -> None:
    batches = [[Sighting("1", "a", 1)], [Sighting("1", "b", 2)]]
    assert loaded([*batches, *batches]) == loaded(batches)
