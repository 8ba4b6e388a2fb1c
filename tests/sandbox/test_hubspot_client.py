"""A client that was not written here drives the simulated portal: HubSpot's own hubspot-api-client."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hubspot import HubSpot
from hubspot.crm.associations.v4.models import BatchInputPublicFetchAssociationsBatchRequest
from hubspot.crm.contacts import PublicObjectSearchRequest
from hubspot.crm.contacts.exceptions import ApiException

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import SandboxAccount
from sandbox.servers.hubspot import HubSpotServer, build
from sandbox.world import build_world
from tests.ingestion.serving import served

TOKEN = "pat-na1-00000000"


@dataclass(frozen=True)
class Portal:
    """The vendor's client, pointed at a simulated portal."""

    server: HubSpotServer
    url: str

    def client(self, token: str = TOKEN) -> HubSpot:
        return HubSpot(access_token=token, host=self.url)


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    world = build_world(seed=7, households=150, months=6)
    account = SandboxAccount(
        "hs-portal", "hubspot", tuple(world.brands), "", credentials={"access_token": TOKEN}
    )
    server = build(world, account, Clock(world.clock_starts_at, world.ends_at), Faults())
    with served(server.app) as url:
        yield Portal(server, url)


def test_it_lists_every_contact_over_pages(portal: Portal) -> None:
    listed = {one.id for one in portal.client().crm.contacts.get_all(properties=["email"])}
    archived = {one.id for one in portal.client().crm.contacts.get_all(archived=True)}
    assert len(listed) > 100
    assert listed | archived == {native_id for native_id, _ in portal.server.expected("contacts")}


def test_it_lists_every_deal_with_its_properties(portal: Portal) -> None:
    deals = portal.client().crm.deals.get_all(properties=["dealstage", "amount"])
    expected = {native_id: row["properties"] for native_id, row in portal.server.expected("deals")}
    assert {one.id: one.properties["dealstage"] for one in deals} == {
        native_id: row["dealstage"] for native_id, row in expected.items()
    }


def test_it_searches_and_follows_the_cursor(portal: Portal) -> None:
    request = {
        "filterGroups": [{"filters": [{"propertyName": "hs_object_id", "operator": "GT", "value": "0"}]}],
        "sorts": ["hs_object_id"],
        "limit": 50,
    }
    first = portal.client().crm.contacts.search_api.do_search(PublicObjectSearchRequest(**_snake(request)))
    after = first.paging.next.after
    second = portal.client().crm.contacts.search_api.do_search(
        PublicObjectSearchRequest(**_snake(request), after=after)
    )
    assert len(first.results) == 50
    assert not {one.id for one in first.results} & {one.id for one in second.results}


def _snake(request: dict) -> dict:
    return {"filter_groups": request["filterGroups"], "sorts": request["sorts"], "limit": request["limit"]}


def test_it_reads_who_belongs_to_a_deal(portal: Portal) -> None:
    pairs = [row for _, row in portal.server.expected("deal_contacts")][:20]
    wanted = {row["deal_id"] for row in pairs}
    answer = portal.client().crm.associations.v4.batch_api.get_page(
        "deals",
        "contacts",
        BatchInputPublicFetchAssociationsBatchRequest(inputs=[{"id": one} for one in sorted(wanted)]),
    )
    read = {(one._from.id, str(to.to_object_id)) for one in answer.results for to in one.to}
    assert {(row["deal_id"], row["contact_id"]) for row in pairs} <= read


def test_it_recognises_a_refusal(portal: Portal) -> None:
    with pytest.raises(ApiException) as refused:
        portal.client("pat-na1-wrong").crm.contacts.basic_api.get_page()
    assert refused.value.status == 401
