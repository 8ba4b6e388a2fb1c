"""Housecall Pro against its simulation: what a pull brings equals what the vendor has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.limits import RateLimit
from ingestion.sources.housecallpro import SPEC, connection, listings
from tests.sources.operator_world import OperatorWorld, operator_world

OBJECTS = tuple(spec.name for spec in SPEC.objects)


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OperatorWorld]:
    # Small pages, so that seams between pages occur in a small world.
    monkeypatch.setattr(listings, "PAGE_SIZE", 25)
    monkeypatch.setattr(connection, "LIMITS", {"default": RateLimit(per_second=500, burst=50)})
    with operator_world("housecallpro", tmp_path) as running:
        yield running


def assert_equal_to_the_vendor(operator: OperatorWorld) -> None:
    for account_id in operator.servers:
        for name in OBJECTS:
            assert operator.live_rows(account_id, name) == operator.expected(account_id, name), name


def test_a_first_pull_brings_everything(operator: OperatorWorld) -> None:
    operator.ingest()
    assert_equal_to_the_vendor(operator)
    assert operator.query("select count(*) from raw_housecallpro.jobs")[0][0] > 20


def test_a_later_pull_brings_every_change_even_those_that_move_no_time(operator: OperatorWorld) -> None:
    operator.ingest()
    for hours in (6, 72, 240):
        operator.clock.advance(hours)
        operator.ingest()
        assert_equal_to_the_vendor(operator)


def test_a_long_list_is_read_by_its_changes_and_repaired_by_a_full_pull(
    operator: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.ingest()
    monkeypatch.setattr(listings, "BEARABLE_ROWS", 0)
    operator.clock.advance(48)
    results = {result.object: result for result in operator.ingest("jobs", "invoices", "customers")}
    assert {result.mode for result in results.values()} == {"incremental"}
    for account_id in operator.servers:
        assert operator.live_rows(account_id, "jobs") == operator.expected(account_id, "jobs")
        assert (
            operator.live_rows(account_id, "invoices").keys()
            >= operator.expected(account_id, "invoices").keys()
        )
    operator.ingest(full=True)
    assert_equal_to_the_vendor(operator)


def test_a_list_that_shrinks_while_it_is_read_is_read_again(
    operator: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deletion moves the following rows up across a page seam; they must not count as removed."""
    monkeypatch.setattr(listings, "PAGE_SIZE", 5)
    operator.ingest("customers")
    account_id = "hcp-bluebird"
    books = operator.servers[account_id].books
    gone = min(books.customers.values(), key=lambda customer: (customer.created_at, customer.id))
    original = operator.servers[account_id]._page_of
    asked = []

    def page_of(listing, query):
        asked.append(query.page)
        if len(asked) == 2:
            gone.deleted_at = operator.clock.now()
            operator.servers[account_id]._books = None
        return original(listing, query)

    operator.servers[account_id]._page_of = page_of
    operator.ingest("customers")
    assert asked.count(1) == 2
    held, expected = operator.live_rows(account_id, "customers"), operator.expected(account_id, "customers")
    assert expected.items() <= held.items()
    # The deleted one was still seen by this pull; the next one misses it.
    operator.ingest("customers")
    assert operator.live_rows(account_id, "customers") == expected
