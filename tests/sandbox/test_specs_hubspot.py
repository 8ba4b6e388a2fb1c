"""Every answer of the simulated HubSpot portal passes the published description."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.servers.hubspot import PROPERTIES
from sandbox.servers.hubspot.properties import ALWAYS
from sandbox.world import build_world
from tests.sandbox import specs
from tests.sandbox.in_process import PortalClient
from tests.sandbox.specs import Deviation

TYPES = {"contacts": ("contacts-v3.json", "contacts"), "deals": ("deals-v3.json", "0-3")}

# Values are declared text; the guides say, and captures show, null for what is empty.
EMPTY = tuple(
    Deviation(f"results.properties.{name}", "null while empty")
    for object_type in TYPES
    for name in PROPERTIES[object_type]
    if name not in ALWAYS[object_type]
)
LINKS = (
    Deviation("results.to.toObjectId", "declared text in the batch answer, sent as a number"),
    Deviation("results.to.associationTypes.label", "null for an unlabelled association"),
    Deviation("results.associationTypes.label", "null for an unlabelled association"),
    Deviation("results.toObjectId", "the same"),
)
# A single record has no list around it.
ALONE = tuple(Deviation(one.path.removeprefix("results."), one.why) for one in EMPTY)
SUBCATEGORY = Deviation("errors.subCategory", "declared an object, captured as text")
BRIEF = Deviation("errors", "captured batch errors lack the lists `errors` and `links` of their own")


@pytest.fixture(scope="module")
def portal() -> PortalClient:
    return PortalClient(build_world(seed=11, households=300, months=6))


def violations(file: str, path: str, answer: Any, method: str = "get", status: str = "200") -> list[str]:
    pointer = specs.response_pointer("hubspot", file, path, method, status)
    return specs.violations("hubspot", file, pointer, answer, (*EMPTY, *ALONE, *LINKS, SUBCATEGORY, BRIEF))


@pytest.mark.parametrize("object_type", TYPES)
def test_records_pass_the_description(portal: PortalClient, object_type: str) -> None:
    file, name = TYPES[object_type]
    names = ",".join(PROPERTIES[object_type])
    path = f"/crm/v3/objects/{name}"
    other = "deals" if object_type == "contacts" else "contacts"
    for archived in ("false", "true"):
        for page in portal.pages(object_type, properties=names, associations=other, archived=archived):
            assert not violations(file, path, page)
    row_id = portal.records(object_type)[0]["id"]
    one = portal.json(f"{path}/{row_id}?propertiesWithHistory=createdate")
    assert not violations(file, f"{path}/{{{object_type[:-1]}Id}}", one)


@pytest.mark.parametrize("object_type", TYPES)
def test_searches_and_batches_pass_the_description(portal: PortalClient, object_type: str) -> None:
    file, name = TYPES[object_type]
    found = portal.search(object_type, limit=20).json()
    assert found["results"] and found["paging"]
    assert not violations(file, f"/crm/v3/objects/{name}/search", found, "post")
    inputs = [{"id": row["id"]} for row in found["results"]]
    path = f"/crm/v3/objects/{name}/batch/read"
    whole, partial = (portal.post(path, {"inputs": rows}) for rows in (inputs, [*inputs, {"id": "1"}]))
    assert not violations(file, path, whole.json(), "post")
    assert partial.status_code == 207
    assert not violations(file, path, partial.json(), "post", "207")


def test_associations_pass_the_description(portal: PortalClient) -> None:
    path = "/crm/v4/associations/{fromObjectType}/{toObjectType}/batch/read"
    url = "/crm/v4/associations/deals/contacts/batch/read"
    linked = [row["deal_id"] for _, row in portal.server.expected("deal_contacts")]
    inputs = [{"id": deal_id} for deal_id in linked[:50]]
    whole, partial = (portal.post(url, {"inputs": rows}) for rows in (inputs, [*inputs, {"id": "1"}]))
    assert whole.status_code == 200 and not violations("associations-v4.json", path, whole.json(), "post")
    assert partial.status_code == 207
    assert not violations("associations-v4.json", path, partial.json(), "post", "207")
    one = portal.json(f"/crm/v4/objects/deals/{inputs[0]['id']}/associations/contacts")
    single = "/crm/v4/objects/{objectType}/{objectId}/associations/{toObjectType}"
    assert one["results"] and not violations("associations-v4.json", single, one)


@pytest.mark.parametrize("object_type", ["contacts", "deals", "calls"])
def test_properties_pass_the_description(portal: PortalClient, object_type: str) -> None:
    answer = portal.json(f"/crm/v3/properties/{object_type}")
    assert answer["results"]
    assert not violations("properties-v3.json", "/crm/v3/properties/{objectType}", answer)


def test_errors_pass_the_description(portal: PortalClient) -> None:
    for answer in (
        portal.get("/crm/v3/objects/contacts?limit=500"),
        portal.get("/crm/v3/objects/contacts/1"),
    ):
        assert answer.status_code in (400, 404)
        assert not specs.violations("hubspot", "contacts-v3.json", "/components/schemas/Error", answer.json())


def test_a_wrong_answer_is_found(portal: PortalClient) -> None:
    page = portal.json("/crm/v3/objects/contacts")
    page["results"][0]["properties"]["createdate"] = 17
    assert violations("contacts-v3.json", "/crm/v3/objects/contacts", page)
