"""Which changes of a record move its modification time, and about which the vendor keeps silent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.world import build_world
from tests.sandbox.in_process import Company, PortalClient, VendorClient

STEPS = (7, 30, 24 * 6, 24 * 20)
Change = tuple[dict[str, Any], dict[str, Any]]

# Parts of a record that may change while its `updated_at` stands still.
SILENT = {
    "customers": {"notes", "home_number", "work_number", "mobile_number"},
    "jobs": {"work_status", "work_timestamps"},
    "estimates": {"options", "work_status", "work_timestamps", "schedule"},
}


@pytest.fixture(scope="module")
def companies() -> list[Change]:
    world = build_world(seed=5, households=1_500, months=6)
    return list(changes(Company(world), tuple(SILENT)))


def changes(client: VendorClient, names: tuple[str, ...]) -> Iterator[Change]:
    """(before, after) of every record that was there before a step of the clock and differs after it."""
    before = {name: dict(client.server.expected(name)) for name in names}
    for hours in STEPS:
        client.clock.advance(hours)
        for name in names:
            after = dict(client.server.expected(name))
            for key in before[name].keys() & after.keys():
                if before[name][key] != after[key]:
                    yield before[name][key] | {"object": name}, after[key] | {"object": name}
            before[name] = after


@pytest.mark.parametrize("name", SILENT)
def test_housecallpro_is_silent_about_few_things(companies: list[Change], name: str) -> None:
    seen: set[str] = set()
    for before, after in companies:
        if before["object"] != name:
            continue
        differing = {key for key in before if before[key] != after[key]}
        if "updated_at" not in differing:
            seen |= differing
    assert seen <= SILENT[name], seen - SILENT[name]
    assert seen, "a vendor that tells every change would need no full pull"


def test_housecallpro_never_turns_time_back(companies: list[Change]) -> None:
    assert all(before["updated_at"] <= after["updated_at"] for before, after in companies)


@pytest.mark.parametrize("name", ["contacts", "deals"])
def test_hubspot_tells_every_change_of_a_record(name: str) -> None:
    client = PortalClient(build_world(seed=5, households=400, months=6))
    found = list(changes(client, (name,)))
    assert found
    silent = [after for before, after in found if not before["updatedAt"] < after["updatedAt"]]
    assert not silent, silent[:2]
