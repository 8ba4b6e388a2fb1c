"""The search of the simulated HubSpot portal: what it finds, when, and where it stops."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.world import model
from tests.sandbox.in_process import PortalClient
from tests.sandbox.small_world import DAY, NOW, small_world

ALL = [str(500 + number) for number in range(1, 11)]


@pytest.fixture
def world() -> model.World:
    return small_world()


@pytest.fixture
def portal(world: model.World) -> PortalClient:
    return PortalClient(world)


def where(name: str, operator: str, *values: str) -> dict[str, Any]:
    condition: dict[str, Any] = {"propertyName": name, "operator": operator}
    if operator in ("IN", "NOT_IN"):
        return condition | {"values": list(values)}
    if operator == "BETWEEN":
        return condition | {"value": values[0], "highValue": values[1]}
    return condition | ({"value": values[0]} if values else {})


def found(portal: PortalClient, *filters: dict[str, Any], **body: Any) -> list[str]:
    answer = portal.search("contacts", *filters, **({"limit": 200} | body))
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["results"]]


@pytest.mark.parametrize(
    ("condition", "numbers"),
    [
        (where("email", "EQ", "PAT3@example.com"), [3]),
        (where("email", "NEQ", "pat3@example.com"), [1, 2, 4, 5, 6, 7, 8, 9, 10]),
        (where("hs_object_id", "GT", "508"), [9, 10]),
        (where("hs_object_id", "GTE", "508"), [8, 9, 10]),
        (where("hs_object_id", "LT", "502"), [1]),
        (where("hs_object_id", "LTE", "502"), [1, 2]),
        (where("hs_object_id", "BETWEEN", "503", "504"), [3, 4]),
        (where("email", "IN", "pat1@example.com", "PAT2@example.com"), [1]),
        (where("hs_object_id", "NOT_IN", *ALL[2:]), [1, 2]),
        (where("mobilephone", "HAS_PROPERTY"), []),
        (where("mobilephone", "NOT_HAS_PROPERTY"), list(range(1, 11))),
        (where("hs_analytics_source", "EQ", "paid_search"), []),
        (where("hs_analytics_source", "EQ", "PAID_SEARCH"), list(range(1, 11))),
        (where("firstname", "CONTAINS_TOKEN", "*t1*"), [1, 10]),
        (where("associations.deal", "EQ", "904"), [4]),
        (where("createdate", "GTE", "2026-10-11T12:00:00Z"), [9, 10]),
    ],
)
def test_operators(portal: PortalClient, condition: dict[str, Any], numbers: list[int]) -> None:
    assert found(portal, condition) == [str(500 + number) for number in numbers]


def test_ids_compare_as_numbers(world: model.World, portal: PortalClient) -> None:
    """Deal 1000 comes after 999, though not as text."""
    for number in (99, 100):
        world.leads[number] = model.Lead(**{
            name: getattr(world.leads[1], name) for name in model.Lead.__dataclass_fields__
        } | {"id": number})  # fmt: skip
    condition = where("hs_object_id", "GT", "998")
    answer = portal.search(
        "deals", condition, sorts=[{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
    )
    assert [row["id"] for row in answer.json()["results"]] == ["999", "1000"]


def test_groups_are_alternatives(portal: PortalClient) -> None:
    groups = [{"filters": [where("hs_object_id", "EQ", number)]} for number in ("502", "507")]
    answer = portal.post("/crm/v3/objects/contacts/search", {"filterGroups": groups})
    assert [row["id"] for row in answer.json()["results"]] == ["502", "507"]


def test_free_text(portal: PortalClient) -> None:
    assert found(portal, query="doe7") == ["507"]


def test_only_the_first_sort_counts(portal: PortalClient) -> None:
    sorts = [
        {"propertyName": "city", "direction": "DESCENDING"},
        {"propertyName": "hs_object_id", "direction": "DESCENDING"},
    ]
    assert found(portal, sorts=sorts) == ALL
    assert found(portal, sorts=sorts[1:]) == ALL[::-1]


def test_unsorted_is_the_order_of_creation(world: model.World, portal: PortalClient) -> None:
    world.contacts[10].created_at -= 300 * DAY
    assert found(portal)[0] == "510"


def test_after_is_an_offset_and_total_counts_all(portal: PortalClient) -> None:
    first = portal.search("contacts", limit=4).json()
    assert (first["total"], first["paging"]) == (10, {"next": {"after": "4"}})
    assert found(portal, limit=4, after="8") == ALL[8:]
    assert "paging" not in portal.search("contacts", limit=4, after="8").json()


def test_nothing_is_found_past_the_ceiling(world: model.World) -> None:
    portal = PortalClient(world, search_ceiling="8")
    assert portal.search("contacts", limit=4, after="4").status_code == 200
    answer = portal.search("contacts", limit=4, after="8")
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"limit": 0},
        {"filterGroups": [{"filters": [where("email", "HAS_PROPERTY")]}] * 6},
        {"filterGroups": [{"filters": [where("email", "HAS_PROPERTY")] * 7}]},
        {"filterGroups": [{"filters": [where("email", "HAS_PROPERTY")] * 5}] * 4},
        {"query": "x" * 3_000},
        {"filterGroups": [{"filters": [where("no_such_property", "EQ", "1")]}]},
        {"filterGroups": [{"filters": [where("email", "LIKE", "x")]}]},
        {"filterGroups": [{"filters": [where("email", "EQ")]}]},
        {"filterGroups": [{"filters": [where("email", "IN")]}]},
        {"filterGroups": [{"filters": [where("createdate", "GTE", "yesterday")]}]},
        {"after": "x"},
        ["not an object"],
    ],
)
def test_what_search_refuses(portal: PortalClient, body: Any) -> None:
    answer = portal.post("/crm/v3/objects/contacts/search", body)
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


def test_the_index_lags_behind(world: model.World, portal: PortalClient) -> None:
    world.contacts[1].merged_at = world.contacts[2].archived_at = NOW
    world.contacts[1].merged_into_id = 3
    assert found(portal) == ALL, "neither the merge nor the deletion is indexed yet"
    assert len(portal.records("contacts")) == 8
    portal.clock.advance(0.1)
    assert len(found(portal)) == 8


def test_the_lag_can_be_set(world: model.World) -> None:
    world.contacts[2].archived_at = NOW
    assert len(found(PortalClient(world, search_lag_seconds="0"))) == 9


def test_an_injected_gap_is_found_at_once(world: model.World, portal: PortalClient) -> None:
    since = where("hs_lastmodifieddate", "GTE", str(NOW * 1000))
    assert portal.search("deals", since).json()["total"] == 0
    world.leads[4].campaign_id, world.leads[4].evidence = None, "none"
    world.gaps.append(model.Gap(1, "lead_without_source", "hubspot", "hs-portal", "lead", "904", NOW, 0))
    assert [row["id"] for row in portal.search("deals", since).json()["results"]] == ["904"]
    contact = where("lastmodifieddate", "GTE", str(NOW * 1000))
    assert found(portal, contact) == ["504"]


def test_the_contacts_cursor_is_not_the_other_objects(world: model.World, portal: PortalClient) -> None:
    """A change moves a contact's `lastmodifieddate`; what other objects call theirs stands still."""
    world.jobs[1].completed_at = NOW + 3600
    portal.clock.advance(2)
    since = str(NOW * 1000)
    assert found(portal, where("lastmodifieddate", "GTE", since)) == ["501"]
    assert found(portal, where("hs_lastmodifieddate", "GTE", since)) == []
    deals = portal.search("deals", where("hs_lastmodifieddate", "GTE", since)).json()["results"]
    assert [row["id"] for row in deals] == ["901"]


def test_search_gives_no_associations(portal: PortalClient) -> None:
    row = portal.search("deals", associations=["contacts"], properties=["brand"]).json()["results"][0]
    assert "associations" not in row and row["properties"]["brand"] == "bluebird"
