"""A client that was not written here drives the simulated tenant: servicepytan.

ServiceTitan publishes none of its own; this is the widely used one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests
from servicepytan import Endpoint
from servicepytan.auth import servicepytan_connect

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import SandboxAccount
from sandbox.servers.servicetitan import build
from tests.ingestion.serving import served
from tests.sandbox.servicetitan import CREDENTIALS, TENANT, built_world


@dataclass(frozen=True)
class Tenant:
    """The client's way to a simulated tenant, and what the tenant holds."""

    url: str
    held: dict[str, set[int]]

    def endpoint(self, folder: str, endpoint: str, **credentials: str) -> Endpoint:
        connection = servicepytan_connect(tenant_id=TENANT, **{**CREDENTIALS, **credentials})
        return Endpoint(folder, endpoint, connection | {"auth_root": self.url, "api_root": self.url})


@pytest.fixture(scope="module")
def tenant() -> Iterator[Tenant]:
    world = built_world()
    # It asks for a token before each request, which the real identity server would soon refuse.
    generous = {"tenant": TENANT, "requests_per_second": "100000", "tokens_per_minute": "100000"}
    account = SandboxAccount(
        "st-cedar", "servicetitan", ("cedar-ridge",), "", credentials=CREDENTIALS, options=generous
    )
    server = build(world, account, Clock(world.clock_starts_at, world.ends_at), Faults())
    held = {
        name: {int(native_id) for native_id, _ in server.expected(name)}
        for name in ("customers", "jobs", "invoices")
    }
    with served(server.app) as url:
        yield Tenant(url, held)


@pytest.mark.parametrize(
    ("folder", "name"), [("crm", "customers"), ("jpm", "jobs"), ("accounting", "invoices")]
)
def test_it_exports_every_row_by_continuation_tokens(tenant: Tenant, folder: str, name: str) -> None:
    rows = tenant.endpoint(folder, "export").export_all(name)
    assert len(tenant.held[name]) > 30
    assert {row["id"] for row in rows} == tenant.held[name]


def test_a_list_over_pages_holds_what_the_export_holds(tenant: Tenant) -> None:
    rows = tenant.endpoint("jpm", "jobs").get_all(query={"pageSize": 50})
    assert {row["id"] for row in rows} == tenant.held["jobs"]


@pytest.mark.parametrize(
    ("wrong", "status"), [({"client_secret": "cs1.wrong"}, 400), ({"app_key": "ak1.wrong"}, 401)]
)
def test_wrong_credentials_are_refused_as_the_client_expects(
    tenant: Tenant, wrong: dict[str, str], status: int
) -> None:
    with pytest.raises(requests.HTTPError) as refused:
        tenant.endpoint("crm", "customers", **wrong).get_many()
    assert refused.value.response.status_code == status
