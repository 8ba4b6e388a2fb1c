"""The simulated FieldEdge: what is documented of it, and what its exports look like."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import pytest

from sandbox.servers.base import SandboxAccount
from sandbox.servers.fieldedge.assumed import signature
from sandbox.world import model
from tests.sandbox.in_process import VendorClient
from tests.sandbox.small_world import DAY, NOW, add_invoice, small_world

CREDENTIALS = {"client_id": "fe-app-1", "client_secret": "s-1", "target_id": "3b1f7c52"}


class TenantClient(VendorClient):
    """A tenant, with a token in hand."""

    def __init__(self, world: model.World) -> None:
        account = SandboxAccount(
            "fe-bluebird", "fieldedge", ("bluebird",), "http://sandbox", credentials=CREDENTIALS
        )
        super().__init__(world, account, "")
        self.headers = {"Authorization": f"Bearer {self.token().json()['access_token']}"}

    def token(self, form: bool = False, **changes: str) -> httpx.Response:
        body = {"grant_type": "client_credentials", **CREDENTIALS, **changes}
        return self.ask("POST", "/oauth/token", headers={}, **({"data": body} if form else {"json": body}))

    def id(self, entity: str, world_id: int) -> str:
        return self.server.native_id(entity, world_id)

    def exported(self, kind: str) -> list[dict[str, str]]:
        """The rows of the newest export of a kind."""
        names = [entry["name"] for entry in self.json("/exports/") if entry["name"].startswith(f"{kind}-")]
        return list(csv.DictReader(io.StringIO(self.get(f"/exports/{max(names)}").text)))


@pytest.fixture
def world() -> model.World:
    return small_world()


@pytest.fixture
def tenant(world: model.World) -> TenantClient:
    return TenantClient(world)


def test_a_token_is_given_for_a_form_and_for_json_to_the_right_tenant_only(tenant: TenantClient) -> None:
    assert tenant.token(form=True).json()["token_type"] == "Bearer"
    for name in CREDENTIALS:
        assert tenant.token(**{name: "wrong"}).status_code == 401
    assert tenant.token(grant_type="password").status_code == 400


def test_nothing_is_answered_without_a_token(tenant: TenantClient) -> None:
    for path in ("/v1/customers/search?phone=%2B12025550101", f"/v1/leads/{tenant.id('leads', 1)}"):
        assert tenant.ask("GET", path, headers={}).status_code == 401
        assert tenant.ask("GET", path, headers={"Authorization": "Bearer x"}).status_code == 401


@pytest.mark.parametrize("path", ["/v1/leads", "/v1/customers", "/v1/workorders", "/v1/invoices"])
def test_nothing_can_be_listed(tenant: TenantClient, path: str) -> None:
    assert tenant.get(path).status_code == 404


def test_what_does_not_exist_is_204_without_a_body(tenant: TenantClient) -> None:
    for record in ("leads", "customers", "workorders", "invoices"):
        answer = tenant.get(f"/v1/{record}/{tenant.id('jobs', 999)}")
        assert (answer.status_code, answer.content) == (204, b"")
    assert tenant.get("/v1/customers/search", phone="+12025550199").status_code == 204


def test_a_lead_shows_no_time_no_work_order_and_one_status(tenant: TenantClient) -> None:
    lead: dict[str, Any] = tenant.json(f"/v1/leads/{tenant.id('leads', 1)}")["data"]
    assert set(lead) == {
        "leadId", "trackingId", "source", "status", "preferredContactMethod", "metaData", "customer"
    }  # fmt: skip
    assert lead["status"] == "InProcess" and lead["metaData"]["leadSource"] == "Google Search"
    assert lead["customer"]["customerId"] == tenant.id("customers", 1)


def test_customers_are_found_by_phone_and_by_email_and_come_without_the_usual_envelope(
    tenant: TenantClient,
) -> None:
    for search in ({"phone": "+12025550101"}, {"email": "PAT1@example.com"}, {"firstName": "pat1"}):
        (found,) = tenant.json("/v1/customers/search", **search)["customers"]
        assert found["id"] == tenant.id("customers", 1)
    assert found["primaryPhone"] == "2025550101" and found["displayName"] == "Doe1, Pat1"


@pytest.mark.parametrize("search", [{}, {"phone": "2025550101"}, {"zip": "12203"}])
def test_a_search_needs_a_number_with_its_country_or_something_else(tenant: TenantClient, search) -> None:
    assert tenant.get("/v1/customers/search", **search).status_code == 400


def test_an_invoice_has_its_work_orders_id_and_one_issued_again_is_accountings_own(
    world: model.World, tenant: TenantClient
) -> None:
    world.invoices[1].voided_at = NOW - DAY
    add_invoice(world, 11, job_id=1, customer_id=1)
    world.payments[11].customer_id = 1
    assert tenant.id("invoices", 1) == tenant.id("jobs", 1)
    assert tenant.json(f"/v1/invoices/{tenant.id('jobs', 1)}")["data"]["total"] == 216.0
    assert tenant.get(f"/v1/invoices/{tenant.id('invoices', 11)}").status_code == 204
    status = {row["Invoice ID"]: row["Invoice Status"] for row in tenant.exported("invoices")}
    assert status[tenant.id("invoices", 1)] == "Void" and status[tenant.id("invoices", 11)] == "Paid"


def test_exports_are_dressed_as_people_see_them_in_the_accounts_own_time(tenant: TenantClient) -> None:
    rows = [row for row in tenant.exported("invoices") if row["Invoice ID"] == tenant.id("jobs", 1)]
    assert [row["Amount"] for row in rows] == ["$180.00", "$25.00", "-$5.00"]
    assert {row["Invoice Total"] for row in rows} == {"$216.00"}
    (order,) = [row for row in tenant.exported("work-orders") if row["Work Order ID"] == tenant.id("jobs", 1)]
    # 13:30 UTC, in the last weeks of summer time in New York.
    assert order["Completed Date"] == "10/4/2026 9:30:00 AM"
    assert (order["Status"], order["Total"]) == ("Finalized", "$216.00")


def test_an_export_shows_the_moment_in_its_name_whenever_it_is_fetched(tenant: TenantClient) -> None:
    names = [entry["name"] for entry in tenant.json("/exports/") if entry["type"] == "file"]
    before = {name: tenant.get(f"/exports/{name}").text for name in names}
    tenant.clock.advance(24 * 20)
    assert {name: tenant.get(f"/exports/{name}").text for name in names} == before
    assert tenant.get("/exports/quotes-2026-11-01T120000Z.csv").status_code == 404


def test_a_payment_that_lost_its_invoice_stays_a_payment(world: model.World, tenant: TenantClient) -> None:
    world.payments[1].orphaned_at = NOW - DAY
    row = next(row for row in tenant.exported("payments") if row["Payment ID"] == tenant.id("payments", 1))
    assert (row["Payment Amount"], row["Applied To Invoice ID"], row["Applied Amount"]) == ("$216.00", "", "")


def test_a_signature_depends_on_secret_and_body() -> None:
    signed = signature("secret", b'{"event":"workOrder.updated"}')
    assert len(signed) == 64
    assert signed != signature("secret", b"{}") != signature("other", b"{}")
