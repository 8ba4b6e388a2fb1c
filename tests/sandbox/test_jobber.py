"""The simulated Jobber: what it answers, what it charges, and how it shows what the office does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from graphql import parse

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.gaps import Saboteur
from sandbox.layout import Layout
from sandbox.server import Assembly, assemble
from sandbox.servers.base import SandboxAccount
from sandbox.servers.jobber import JobberServer, build, costs
from sandbox.servers.jobber.webhooks import signature
from sandbox.world import build_world, model
from tests.sandbox.small_world import DAY, NOW, add_customer, small_world

CREDENTIALS = {"client_id": "app", "client_secret": "secret", "refresh_token": "first"}


class JobberClient:
    """One server over a world, asked in process."""

    def __init__(self, world: model.World, **options: str) -> None:
        account = SandboxAccount(
            "jobber-bluebird", "jobber", ("bluebird",), "http://sandbox", None, CREDENTIALS, options
        )
        self.world = world
        self.clock = Clock(world.clock_starts_at, world.ends_at)
        self.server: JobberServer = build(world, account, self.clock, Faults())
        self.refresh_token = "first"
        self.access_token = ""
        self.refresh()

    def post(self, url: str, **request: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.server.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
                return await client.post(url, **request)

        return asyncio.run(ask())

    def refresh(self, token: str | None = None) -> httpx.Response:
        form = {
            "client_id": "app",
            "client_secret": "secret",
            "grant_type": "refresh_token",
            "refresh_token": token or self.refresh_token,
        }
        answer = self.post("/api/oauth/token", data=form)
        if answer.is_success:
            self.refresh_token = answer.json()["refresh_token"]
            self.access_token = answer.json()["access_token"]
        return answer

    def ask(self, query: str, headers: dict[str, str] | None = None, **variables: Any) -> dict[str, Any]:
        usual = {
            "Authorization": f"Bearer {self.access_token}",
            "X-JOBBER-GRAPHQL-VERSION": "2026-05-12",
        }
        body = {"query": query, "variables": variables}
        answer = self.post("/api/graphql", json=body, headers=usual if headers is None else headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rows(self, name: str) -> dict[str, dict[str, Any]]:
        return dict(self.server.expected(name))

    def row(self, name: str, entity: str, world_id: int) -> dict[str, Any]:
        return self.rows(name)[self.server.native_id(entity, world_id)]


@pytest.fixture
def world() -> model.World:
    world = small_world()
    world.brands["bluebird"].platform = "jobber"
    return world


@pytest.fixture
def jobber(world: model.World) -> JobberClient:
    return JobberClient(world)


def test_a_refresh_token_works_once(jobber: JobberClient) -> None:
    spent = jobber.refresh_token
    assert jobber.refresh().status_code == 200
    assert jobber.refresh(spent).status_code == 401
    assert jobber.refresh("f" + jobber.refresh_token).status_code == 401
    assert jobber.refresh().status_code == 200


def test_a_consent_may_be_made_to_count_once(world: model.World) -> None:
    jobber = JobberClient(world, consent="once")
    assert jobber.refresh("first").status_code == 401
    assert JobberClient(world).refresh("first").status_code == 200


def test_a_chain_outlives_the_sandbox(world: model.World) -> None:
    token = JobberClient(world).refresh_token
    later = JobberClient(world)
    assert later.refresh(token).status_code == 200
    assert later.refresh(token).status_code == 401


def test_without_a_valid_token_nothing_is_said(jobber: JobberClient) -> None:
    for header in ("", "Bearer nonsense"):
        answer = jobber.post(
            "/api/graphql", json={"query": "{account{id}}"}, headers={"Authorization": header}
        )
        assert answer.status_code == 401


def test_an_expired_token_is_refused(world: model.World) -> None:
    jobber = JobberClient(world, token_seconds="0")
    headers = {"Authorization": f"Bearer {jobber.access_token}"}
    assert jobber.post("/api/graphql", json={"query": "{account{id}}"}, headers=headers).status_code == 401


def test_the_version_header_is_mandatory(jobber: JobberClient) -> None:
    answer = jobber.ask("{account{id}}", {"Authorization": f"Bearer {jobber.access_token}"})
    assert "X-JOBBER-GRAPHQL-VERSION" in answer["errors"][0]["message"]


def test_jobs_have_no_filter_by_change(jobber: JobberClient) -> None:
    query = '{jobs(filter: {updatedAt: {after: "2026-10-01T00:00:00Z"}}) {nodes {id}}}'
    answer = jobber.ask(query)
    assert "data" not in answer and "updatedAt" in answer["errors"][0]["message"]


def test_an_unknown_id_is_null_without_an_error(jobber: JobberClient) -> None:
    answer = jobber.ask('{client(id: "MQ==") {id}}')
    assert answer["data"] == {"client": None} and "errors" not in answer


@pytest.mark.parametrize(
    ("query", "points"),
    [
        # The first two are the documents' own examples.
        ("{quotes(first: 10) {edges {node {id title quoteNumber quoteStatus createdAt}}}}", 50),
        ('{quote(id: "MQ") {id title quoteNumber client {id name}}}', 7),
        ("{quotes {nodes {id}}}", 100),
        ("{quotes(first: 10) {nodes {id lineItems(first: 5) {nodes {id name}} } pageInfo {endCursor}}}", 112),
        ("query Q($n: Int!) {quotes(first: $n) {nodes {...F}}} fragment F on Quote {id title}", 6),
    ],
)
def test_what_a_query_asks_for(query: str, points: int) -> None:
    assert costs.requested(parse(query), {"n": 3}) == points


def test_a_query_pays_what_it_got(jobber: JobberClient) -> None:
    answer = jobber.ask("{clients(first: 100) {nodes {id name emails {address}} pageInfo {hasNextPage}}}")
    cost = answer["extensions"]["cost"]
    # Ten clients with id, name and one list of one address each, and pageInfo with one field.
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (402, 42)
    assert cost["throttleStatus"]["currentlyAvailable"] <= 10_000


def test_a_query_is_let_in_by_what_it_asks_for(world: model.World) -> None:
    jobber = JobberClient(world, maximum_points="500", restore_rate="1")
    query = "query ($n: Int!) {clients(first: $n) {nodes {id name firstName lastName}}}"
    assert len(jobber.ask(query, n=100)["data"]["clients"]["nodes"]) == 10
    refused = jobber.ask(query, n=121)
    assert refused["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert "data" not in refused and refused["extensions"]["cost"]["actualQueryCost"] == 0
    assert refused["extensions"]["cost"]["requestedQueryCost"] == 484


def test_pages_are_positions(jobber: JobberClient) -> None:
    query = "query ($a: String) {clients(first: 4, after: $a) {nodes {id} pageInfo {endCursor hasNextPage}}}"
    seen, after, cursors = [], None, []
    while True:
        page = jobber.ask(query, a=after)["data"]["clients"]
        seen += [row["id"] for row in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        cursors.append(after)
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert cursors == ["NA", "OA", "MTA"] and len(set(seen)) == len(seen) == 10


def test_a_page_holds_a_hundred_at_most(world: model.World) -> None:
    for number in range(11, 130):
        add_customer(world, number, created_at=NOW - DAY)
    jobber = JobberClient(world)
    for clients in ("clients", "clients(first: 5000)"):
        page = jobber.ask(f"{{{clients} {{nodes {{id}} totalCount}}}}")
        assert len(page["data"]["clients"]["nodes"]) == 100
        assert page["data"]["clients"]["totalCount"] == 129


def test_lists_come_newest_first_and_filters_include_their_ends(jobber: JobberClient) -> None:
    rows = jobber.ask("{requests {nodes {id updatedAt}}}")["data"]["requests"]["nodes"]
    stamps = [row["updatedAt"] for row in rows]
    assert stamps == sorted(stamps, reverse=True)
    query = "query ($f: RequestFilterAttributes) {requests(filter: $f) {nodes {updatedAt}}}"
    found = jobber.ask(query, f={"updatedAt": {"after": stamps[3], "before": stamps[1]}})
    assert [row["updatedAt"] for row in found["data"]["requests"]["nodes"]] == stamps[1:4]


def test_somebody_who_only_asked_is_a_client_and_a_lead(world: model.World) -> None:
    world.leads[1].customer_id = world.leads[1].job_id = None
    world.leads[1].lost_at = NOW - DAY
    jobber = JobberClient(world)
    request = jobber.row("requests", "leads", 1)
    client = jobber.rows("clients")[request["client"]["id"]]
    assert (request["requestStatus"], client["isLead"]) == ("archived", True)
    assert client["phones"][0]["normalizedPhoneNumber"] == "+12025550101"
    assert request["property"]["id"] in jobber.rows("properties")


def test_a_client_keeps_its_id_when_it_becomes_a_customer(world: model.World) -> None:
    world.customers[1].created_at = world.jobs[1].booked_at = NOW + DAY
    world.leads[1].created_at = NOW - DAY
    jobber = JobberClient(world)
    before = jobber.row("clients", "customers", 1)
    jobber.clock.advance(48)
    after = jobber.row("clients", "customers", 1)
    assert (before["isLead"], after["isLead"]) == (True, False)
    assert before["createdAt"] == after["createdAt"] and before["updatedAt"] < after["updatedAt"]


def test_a_canceled_job_is_closed_without_its_visit(world: model.World) -> None:
    job = world.jobs[1]
    job.canceled_at, job.completed_at, job.canceled_by = NOW - DAY, None, "customer"
    row = JobberClient(world).row("jobs", "jobs", 1)
    assert (row["jobStatus"], row["visits"]["nodes"], row["total"]) == ("archived", [], 0)
    assert row["completedAt"] == "2026-10-31T12:00:00Z"


def test_a_status_follows_the_calendar_and_moves_no_time(world: model.World) -> None:
    job = world.jobs[1]
    job.completed_at = job.started_at = None
    job.scheduled_start, job.scheduled_end = NOW + 2 * DAY, NOW + 2 * DAY + 7_200
    jobber = JobberClient(world)
    seen = []
    for _ in range(4):
        row = jobber.row("jobs", "jobs", 1)
        seen.append((row["jobStatus"], row["visits"]["nodes"][0]["visitStatus"], row["updatedAt"]))
        jobber.clock.advance(24)
    assert [status for status, _, _ in seen] == ["upcoming", "upcoming", "today", "late"]
    assert len({stamp for *_, stamp in seen}) == 1


def test_closing_a_job_moves_it_on_its_invoice(jobber: JobberClient) -> None:
    row = jobber.row("invoices", "invoices", 1)
    job_id = jobber.server.native_id("jobs", 1)
    assert row["jobs"]["nodes"] == [] and row["archivedJobs"]["nodes"] == [{"id": job_id}]


def test_an_invoice_adds_up_and_its_dates_are_midnights(jobber: JobberClient) -> None:
    row = jobber.row("invoices", "invoices", 1)
    amounts = row["amounts"]
    assert amounts["total"] == amounts["subtotal"] - amounts["discountAmount"] + amounts["taxAmount"] == 216
    assert sum(line["totalPrice"] for line in row["lineItems"]["nodes"]) == amounts["subtotal"] == 205
    assert (row["invoiceStatus"], amounts["invoiceBalance"]) == ("paid", 0)
    assert row["issuedDate"].endswith("T04:00:00Z")


def test_a_voided_payment_is_failed_or_gone(world: model.World) -> None:
    world.payments[1].voided_at = world.payments[2].voided_at = NOW - DAY
    world.payments[2].method = "check"
    jobber = JobberClient(world)
    assert jobber.row("payment_records", "payments", 1)["transactionStatus"] == "FAILED"
    assert jobber.server.native_id("payments", 2) not in jobber.rows("payment_records")


def test_a_refund_has_a_size_and_names_its_payment(world: model.World) -> None:
    world.payments[99] = model.Payment(
        99, "bluebird", 1, NOW - DAY, -5_000, "credit_card", ((1, -5_000),), refund_of_id=1
    )
    jobber = JobberClient(world)
    row = jobber.row("payment_records", "payments", 99)
    assert (row["__typename"], row["amount"]) == ("JobberPaymentsRefundPaymentRecord", 50)
    assert row["refundedPaymentRecord"]["id"] == jobber.server.native_id("payments", 1)
    assert jobber.row("invoices", "invoices", 1)["amounts"]["invoiceBalance"] == 50


def test_the_click_of_the_first_form_stands_on_the_client(jobber: JobberClient) -> None:
    fields = {field["label"]: field for field in jobber.row("clients", "customers", 1)["customFields"]}
    assert fields["gclid"]["valueText"] == "EAIaIQ-1_AbC"
    job = {each["label"]: each["valueDropdown"] for each in jobber.row("jobs", "jobs", 1)["customFields"]}
    assert job == {"Job type": "Drain clearing", "Business unit": "Service", "Lead source": "Google Search"}


@pytest.fixture
def assembly() -> Assembly:
    return assemble(
        build_world(seed=9, households=300, months=6), "http://sandbox", layout=Layout.including("jobber")
    )


def test_tips_are_on_top_and_fees_only_on_what_was_processed(assembly: Assembly) -> None:
    held = [dict_of(server) for server in assembly.servers.values() if server.platform == "jobber"]
    tips: dict[str, int] = {}
    for row in (row for each in held for row in each["payment_records"].values()):
        is_taken = row["adjustmentType"] in ("PAYMENT", "DEPOSIT") and "transactionStatus" in row
        assert (row.get("feeAmount") or 0) == (row.get("feeAmount") if is_taken else 0)
        if row["invoice"] and row.get("transactionStatus") != "FAILED":
            tips[row["invoice"]["id"]] = tips.get(row["invoice"]["id"], 0) + cents(row.get("tipAmount") or 0)
    shown = {
        key: cents(row["amounts"]["tipsTotal"]) for each in held for key, row in each["invoices"].items()
    }
    assert any(tips.values())
    assert {key: tip for key, tip in shown.items() if tip} == {key: tip for key, tip in tips.items() if tip}


def symptoms(assembly: Assembly, gap_class: str) -> Iterator[str]:
    for server in assembly.servers.values():
        if server.platform == "jobber":
            yield from SYMPTOMS[gap_class](dict_of(server))


def dict_of(server: Any) -> dict[str, dict[str, dict[str, Any]]]:
    return {name: dict(server.expected(name)) for name in ("invoices", "jobs", "payment_records")}


def cents(amount: float) -> int:
    return round(amount * 100)


def wrong_totals(held: dict) -> Iterator[str]:
    for key, row in held["invoices"].items():
        amounts = row["amounts"]
        lines = sum(cents(line["totalPrice"]) for line in row["lineItems"]["nodes"])
        if lines - cents(amounts["discountAmount"]) + cents(amounts["taxAmount"]) != cents(amounts["total"]):
            yield key


def wrong_balances(held: dict) -> Iterator[str]:
    paid: dict[str, int] = {}
    for row in held["payment_records"].values():
        if row["invoice"] and row.get("transactionStatus") != "FAILED":
            sign = -1 if row["adjustmentType"] == "REFUND" else 1
            paid[row["invoice"]["id"]] = paid.get(row["invoice"]["id"], 0) + sign * cents(row["amount"])
    for key, row in held["invoices"].items():
        due = cents(row["amounts"]["total"]) - paid.get(key, 0)
        if row["invoiceStatus"] != "voided" and due != cents(row["amounts"]["invoiceBalance"]):
            yield key


def unsourced_jobs(held: dict) -> Iterator[str]:
    for key, row in held["jobs"].items():
        if "Lead source" not in {each["label"] for each in row["customFields"]}:
            yield key


def orphaned_payments(held: dict) -> Iterator[str]:
    for key, row in held["payment_records"].items():
        if row["invoice"] is None and row["adjustmentType"] != "INITIAL_BALANCE":
            yield key


SYMPTOMS = {
    "invoice_total_differs_from_lines": wrong_totals,
    "invoice_balance_differs_from_payments": wrong_balances,
    "job_without_source": unsourced_jobs,
    "payment_without_invoice": orphaned_payments,
}


@pytest.mark.parametrize("gap_class", SYMPTOMS)
def test_a_gap_shows_where_it_was_injected_and_nowhere_else(assembly: Assembly, gap_class: str) -> None:
    assert list(symptoms(assembly, gap_class)) == []
    gaps = Saboteur(assembly.world, assembly.clock, assembly.servers).inject(gap_class, 8)
    wanted = {gap.native_id for gap in gaps if gap.platform == "jobber"}
    assert wanted and set(symptoms(assembly, gap_class)) == wanted


def test_a_webhook_is_signed_over_its_bytes() -> None:
    """Recomputed from the format: the documents print a sample that does not match its own secret."""
    body = (
        b'{"data":{"webHookEvent":{"topic":"INVOICE_UPDATE","appId":"1f0d6c1e-7a50-4e0b-9b7e-2f1a0c55d001",'
        b'"accountId":"Z2lkOi8vSm9iYmVyL0FjY291bnQvMTAwMQ==","itemId":"Z2lkOi8vSm9iYmVyL0ludm9pY2UvNzcwMDE=",'
        b'"occurredAt":"2026-10-05T20:01:02Z"}}}'
    )
    assert signature("test-secret", body) == "CaS7LJO7J6zbitj4bj63Hl7C4JgYQNBTs1mRmrv2V5M="
    assert signature("test-secret", body + b"\n") != signature("test-secret", body)
