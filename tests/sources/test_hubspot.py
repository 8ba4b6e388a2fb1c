"""HubSpot against its simulation: what a pull brings equals what the portal has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.config import ConfigError
from ingestion.http import QuotaExhausted
from ingestion.limits import RateLimit
from ingestion.run import ingest
from ingestion.sources.hubspot import SPEC, associations, connection, records
from tests.sources.operator_world import QUICK, OperatorWorld, operator_world

OBJECTS = tuple(spec.name for spec in SPEC.objects)
PORTAL = "hs-portal"
# The simulation's own limits would make the tests slow.
GENEROUS = {"search_per_second": "1000", "ten_secondly": "10000", "associations_ten_secondly": "10000"}


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "RateLimit", lambda **_: RateLimit(per_second=500, burst=50))


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[OperatorWorld]:
    with operator_world("hubspot", tmp_path, options=GENEROUS) as running:
        yield running


def assert_equal_to_the_portal(portal: OperatorWorld) -> None:
    for name in OBJECTS:
        assert portal.live_rows(PORTAL, name) == portal.expected(PORTAL, name), name


def test_a_first_pull_brings_everything(portal: OperatorWorld) -> None:
    portal.ingest()
    assert_equal_to_the_portal(portal)
    assert portal.query("select count(*) from raw_hubspot.deals")[0][0] > 50


def test_a_later_pull_brings_every_change_merges_and_archived_records_too(portal: OperatorWorld) -> None:
    portal.ingest()
    for hours in (1, 100, 600):
        portal.clock.advance(hours)
        portal.ingest()
        assert_equal_to_the_portal(portal)


def test_a_large_portal_is_searched_for_changes(
    portal: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.ingest()
    monkeypatch.setattr(records, "BEARABLE_RECORDS", 0)
    monkeypatch.setattr(records, "SEARCH_LIMIT", 3)
    portal.clock.advance(200)
    # The index lags a minute behind; a change younger than that comes with the next pull.
    results = {result.object: result for result in portal.ingest("deals", "calls", "deal_contacts")}
    assert {result.mode for result in results.values()} == {"incremental"}
    portal.clock.advance(1)
    portal.ingest("deals", "calls", "deal_contacts")
    for name in ("deals", "calls"):
        expected = portal.expected(PORTAL, name)
        young = {key for key, row in portal.live_rows(PORTAL, name).items() if row != expected.get(key)}
        assert not young, name
        assert portal.live_rows(PORTAL, name).keys() == expected.keys()
    assert portal.live_rows(PORTAL, "deal_contacts").keys() >= portal.expected(PORTAL, "deal_contacts").keys()


def test_many_properties_are_asked_for_in_the_body(
    portal: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "LONGEST_LIST_QUERY", 100)
    portal.ingest("contacts")
    assert portal.live_rows(PORTAL, "contacts") == portal.expected(PORTAL, "contacts")


def test_a_required_property_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with operator_world(
        "hubspot", tmp_path, options=GENEROUS, account_options={"required_deal_properties": ["ext_job_uuid"]}
    ) as portal:
        (result,) = ingest(portal.settings, objects=["deals"], patience=QUICK)
    assert isinstance(result.error, ConfigError)
    assert "ext_job_uuid" in str(result.error) and PORTAL in str(result.error)


def test_a_used_up_day_ends_the_account_cleanly(tmp_path: Path) -> None:
    with operator_world("hubspot", tmp_path, options=GENEROUS | {"daily": "4"}) as portal:
        results = ingest(portal.settings, patience=QUICK)
    errors = [result.error for result in results if result.error]
    assert errors and any(isinstance(error, QuotaExhausted) for error in errors)
    assert "midnight" in str(next(error for error in errors if isinstance(error, QuotaExhausted)))


def test_records_with_many_associations_are_read_to_the_end(tmp_path: Path) -> None:
    with operator_world("hubspot", tmp_path, options=GENEROUS | {"association_page": "1"}) as portal:
        portal.ingest("call_contacts", "deal_contacts")
        for name in ("call_contacts", "deal_contacts"):
            assert portal.live_rows(PORTAL, name) == portal.expected(PORTAL, name)


def test_pairs_are_batched_in_the_vendors_size() -> None:
    pages = iter([[str(n) for n in range(950)], [str(n) for n in range(950, 2100)]])
    assert [len(batch) for batch in associations._batches(pages)] == [1000, 1000, 100]
