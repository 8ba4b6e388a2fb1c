"""A client that was not written here drives the simulated org: simple-salesforce."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceMalformedRequest

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import SandboxAccount
from sandbox.servers.salesforce import build
from sandbox.world import build_world
from tests.ingestion.serving import served

KEY = {"client_id": "3MVG9-key", "client_secret": "secret"}


class ToSandbox(HTTPAdapter):
    """The client insists on https and the vendor's own host; both lead to the sandbox."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self._base_url = base_url

    def send(self, request: requests.PreparedRequest, *args, **kwargs) -> requests.Response:
        parts = urlsplit(str(request.url))
        request.url = self._base_url + parts.path + (f"?{parts.query}" if parts.query else "")
        return super().send(request, *args, **kwargs)


@pytest.fixture(scope="module")
def org() -> Iterator[Salesforce]:
    world = build_world(seed=7, households=40, months=6)
    account = SandboxAccount(
        "sf-org", "salesforce", tuple(world.brands), "", credentials=KEY, options={"page_rows": "20"}
    )
    server = build(world, account, Clock(world.clock_starts_at, world.ends_at), Faults())
    with served(server.app) as url:
        session = requests.Session()
        session.mount("https://", ToSandbox(url))
        yield Salesforce(
            consumer_key=KEY["client_id"],
            consumer_secret=KEY["client_secret"],
            domain="ridgeline.my",
            session=session,
            version="67.0",
        )


def test_it_pages_through_a_query(org: Salesforce) -> None:
    answer = org.query_all("SELECT Id, LastName, SystemModstamp FROM Lead", include_deleted=True)
    assert answer["totalSize"] == len(answer["records"]) == len({row["Id"] for row in answer["records"]}) > 20


def test_it_describes_an_object(org: Salesforce) -> None:
    names = [field["name"] for field in org.Lead.describe()["fields"]]
    assert {"Id", "GCLID__c", "Address", "SystemModstamp"} <= set(names)


def test_it_reads_the_usage_of_the_day(org: Salesforce) -> None:
    org.query("SELECT COUNT() FROM Lead")
    assert org.api_usage["api-usage"].used > 0


def test_it_runs_a_bulk_query(org: Salesforce) -> None:
    expected = org.query("SELECT COUNT() FROM Task")["totalSize"]
    pages = list(org.bulk2.Task.query("SELECT Id, Subject FROM Task", max_records=20))
    rows = [line for page in pages for line in page.strip().split("\n")[1:]]
    assert len(pages) > 1 and len(rows) == expected


def test_it_understands_a_refusal(org: Salesforce) -> None:
    with pytest.raises(SalesforceMalformedRequest, match="INVALID_FIELD"):
        org.query("SELECT Unicorn__c FROM Lead")
