"""The simulated Service Fusion: tokens, pages, names, and money inside jobs, as integrators met them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from sandbox.servers.base import SandboxAccount
from sandbox.world.model import World
from tests.sandbox.in_process import VendorClient
from tests.sandbox.small_world import DAY, NOW, add_customer, add_invoice, add_job, small_world

SECRETS = {"client_id": "id-1", "client_secret": "secret-1"}
EVERYTHING = "products,services,other_charges,payments,invoices,visits,visits.techs_assigned,techs_assigned"


class FusionClient(VendorClient):
    """A Service Fusion company, asked with a token of its own."""

    def __init__(self, world: World, **options: str) -> None:
        account = SandboxAccount(
            "servicefusion-bluebird",
            "servicefusion",
            ("bluebird",),
            "http://sandbox",
            credentials=dict(SECRETS),
            options={"requests_per_minute": "10000", **options},
        )
        super().__init__(world, account, "")
        self.headers = {"Authorization": f"Bearer {self.token()['access_token']}"}

    def ask_token(self, **fields: str) -> httpx.Response:
        return self.ask("POST", "/oauth/access_token", {}, json=SECRETS | fields)

    def token(self) -> dict[str, Any]:
        return self.ask_token(grant_type="client_credentials").json()

    def rows(self, name: str, **params: Any) -> list[dict[str, Any]]:
        return self.json(f"/v1/{name}", **{"per-page": 50, "sort": "id"} | params)["items"]

    def job(self, number: int, expand: str = EVERYTHING) -> dict[str, Any]:
        return self.json(f"/v1/jobs/{self.server.native_id('jobs', number)}", expand=expand)


@pytest.fixture(scope="module")
def company() -> FusionClient:
    return FusionClient(small_world())


# -- tokens and limits --------------------------------------------------------------------------------------


def test_a_token_is_given_for_a_form_as_for_json(company: FusionClient) -> None:
    form = {"grant_type": "client_credentials", **SECRETS}
    answer = company.ask("POST", "/oauth/access_token", {}, data=form)
    assert answer.status_code == 200 and int(answer.json()["expires_in"]) == 3600


def test_a_wrong_secret_is_refused_in_the_words_of_oauth(company: FusionClient) -> None:
    answer = company.ask_token(grant_type="client_credentials", client_secret="wrong")
    assert answer.status_code == 401 and answer.json()["error"] == "invalid_client"


def test_a_refresh_token_is_good_for_one_use(company: FusionClient) -> None:
    refresh = company.token()["refresh_token"]
    first, second = (company.ask_token(grant_type="refresh_token", refresh_token=refresh) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 400)
    assert first.json()["refresh_token"] != refresh and second.json()["error"] == "invalid_grant"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nobody"}, {"Authorization": "Basic x"}])
def test_without_a_valid_token_nothing_is_shown(company: FusionClient, headers: dict[str, str]) -> None:
    answer = company.ask("GET", "/v1/techs", headers)
    assert (answer.status_code, answer.json()["name"]) == (401, "Unauthorized")


def test_a_token_works_as_a_parameter_too(company: FusionClient) -> None:
    token = company.token()["access_token"]
    assert company.ask("GET", f"/v1/techs?access_token={token}", {}).status_code == 200


def test_beyond_the_granted_requests_comes_429_with_the_seconds_left() -> None:
    company = FusionClient(small_world(), requests_per_minute="2")
    answers = [company.get("/v1/techs") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0].headers["X-Rate-Limit-Remaining"] == "1"
    assert 0 < int(answers[2].headers["X-Rate-Limit-Reset"]) <= 60
    assert answers[2].json()["code"] == 429


# -- lists --------------------------------------------------------------------------------------------------


def test_ten_rows_come_unless_the_hyphenated_size_is_given(company: FusionClient) -> None:
    world = company.world
    assert len(world.customers) == 10
    sizes = {
        "per_page=3": 10,
        "per-page=3": 3,
        "per-page=500": 50,
    }
    for asked, given in sizes.items():
        assert company.json(f"/v1/customers?{asked}")["_meta"]["perPage"] == given


def test_past_the_last_page_the_last_one_comes_again(company: FusionClient) -> None:
    page = company.json("/v1/customers", **{"per-page": 4, "page": 9})
    assert page["_meta"] == {"totalCount": 10, "pageCount": 3, "currentPage": 3, "perPage": 4}
    assert len(page["items"]) == 2


def test_jobs_hang_without_an_order() -> None:
    company = FusionClient(small_world(), hang_seconds="0.01")
    assert company.get("/v1/jobs").status_code == 504
    assert company.get("/v1/jobs", sort="id").status_code == 200


def test_invoices_refuse_an_order_that_is_documented() -> None:
    world = small_world()
    refused = FusionClient(world).get("/v1/invoices", sort="-updated_at")
    assert (refused.status_code, refused.json()) == (
        422,
        [{"field": "sort", "message": "sort is not allowed."}],
    )
    accepted = FusionClient(world, invoice_sort="accepted").json("/v1/invoices", sort="-updated_at")["items"]
    stamps = [invoice["updated_at"] for invoice in accepted]
    assert stamps == sorted(stamps, reverse=True)


@pytest.mark.parametrize("text", ["2026-10-20T00:00:00Z", "2026-10-20 00:00:00", "2026-10-20"])
def test_a_moment_needs_its_offset_as_digits(company: FusionClient, text: str) -> None:
    answer = company.get("/v1/jobs", **{"sort": "id", "filters[updated_date][gte]": text})
    assert answer.status_code == 422 and answer.json()[0]["field"] == "updated_date"


def test_jobs_are_filtered_by_change_and_by_day(company: FusionClient) -> None:
    everything = company.rows("jobs")
    edge = sorted(job["updated_at"] for job in everything)[6]
    changed = company.rows("jobs", **{"filters[updated_date][gte]": edge})
    assert {job["id"] for job in changed} == {job["id"] for job in everything if job["updated_at"] >= edge}
    day = sorted(job["start_date"] for job in everything)[7]
    later = company.rows("jobs", **{"filters[start_date][gte]": day})
    assert len(later) == 3


def test_customers_know_no_filter_by_change(company: FusionClient) -> None:
    asked = {"filters[updated_date][gte]": "2030-01-01T00:00:00+00:00"}
    assert len(company.rows("customers", **asked)) == 10


def test_only_what_is_expanded_comes(company: FusionClient) -> None:
    assert "payments" not in company.rows("jobs")[0]
    assert "visits" in company.rows("jobs", expand="visits")[0]
    assert "techs_assigned" not in company.rows("jobs", expand="visits")[0]["visits"][0]
    assert "phones" not in company.rows("customers", expand="contacts")[0]["contacts"][0]


def test_long_pages_of_line_items_fail_when_the_company_is_busy() -> None:
    company = FusionClient(small_world(), heavy_rows="5")
    asked = {"sort": "id", "expand": "services"}
    assert company.get("/v1/jobs", **asked, **{"per-page": 10}).status_code == 500
    assert company.get("/v1/jobs", **asked, **{"per-page": 5}).status_code == 200
    assert company.get("/v1/jobs", sort="id", **{"per-page": 10}).status_code == 200


@pytest.mark.parametrize("path", ["/v1/payments", "/v1/locations", "/v1/tenant/1/jobs"])
def test_an_unknown_path_is_a_web_page(company: FusionClient, path: str) -> None:
    answer = company.get(path)
    assert answer.status_code == 404 and answer.headers["content-type"].startswith("text/html")


def test_nothing_can_be_changed(company: FusionClient) -> None:
    assert company.ask("DELETE", "/v1/jobs").json()["code"] == 405


# -- records ------------------------------------------------------------------------------------------------


def test_a_job_refers_by_name_and_says_what_it_is_made_of(company: FusionClient) -> None:
    job = company.job(1)
    assert (job["status"], job["source"], job["category"]) == (
        "Paid",
        "Google Search",
        "Plumbing: Drain clearing",
    )
    assert (job["total"], job["taxes_fees_total"], job["due_total"]) == (216, 216, 0)
    assert [line["total"] for line in (*job["services"], *job["products"], *job["other_charges"])] == [
        180,
        25,
        -5,
    ]
    assert job["invoices"][0]["total"] == 216 and "job_id" not in job["invoices"][0]
    assert job["payments"][0]["invoice_id"] == job["invoices"][0]["id"]


def test_a_source_renamed_later_is_renamed_everywhere_and_moves_no_time() -> None:
    world = small_world()
    company = FusionClient(world)
    before = company.job(1)
    world.campaigns[1].renamed_at, world.campaigns[1].renamed_to = NOW + 60, "PPC"
    company.server.status_names["15_PAI"] = "Paid in full"
    company.clock.advance(1)
    after = company.job(1)
    assert (after["source"], after["status"]) == ("PPC", "Paid in full")
    assert after["updated_at"] == before["updated_at"]
    assert "PPC" in [source["short_name"] for source in company.rows("sources")]


def test_statuses_follow_the_work() -> None:
    world = small_world()
    add_customer(world, 11)
    start = NOW + 2 * DAY
    add_job(
        world, 11, booked_at=NOW, scheduled_start=start, scheduled_end=start + 7200,
        dispatched_at=start - 900, started_at=start, completed_at=start + 5400,
    )  # fmt: skip
    add_invoice(
        world, 11, created_at=start + 5400, finalized_at=start + 6000, sent_at=None, invoiced_on="2026-11-03"
    )
    world.payments[11].paid_at = start + 9000
    company = FusionClient(world)
    seen = [company.job(11)["status"]]
    for minutes in (49 * 60, 50, 70, 30, 60):
        company.clock.advance(minutes / 60)
        if (status := company.job(11)["status"]) != seen[-1]:
            seen.append(status)
    assert seen == ["Scheduled", "Started", "Invoiced", "Paid"]


def test_an_open_job_is_not_closed_whatever_it_says() -> None:
    world = small_world()
    for number in range(11, 41):
        add_customer(world, number)
        add_job(world, number, completed_at=None, started_at=None, dispatched_at=None)
        del world.invoices[number], world.payments[number]
    company = FusionClient(world)
    stamps = {job["closed_at"] for job in company.rows("jobs") if job["status"] == "Scheduled"}
    assert stamps == {None, 0, "1970-01-01T00:00:00+00:00"}


def test_a_voided_invoice_is_gone_and_a_voided_payment_says_so() -> None:
    world = small_world()
    world.invoices[1].voided_at = NOW - 60
    world.payments[2].voided_at = NOW - 60
    company = FusionClient(world)
    assert company.job(1)["invoices"] == []
    assert company.server.native_id("invoices", 1) not in [
        str(one["id"]) for one in company.rows("invoices", sort="")
    ]
    assert company.job(2)["payments"][0]["transaction_type"] == "void"
    assert company.job(2)["due_total"] == 216


def test_a_payment_can_lose_its_invoice() -> None:
    world = small_world()
    world.payments[1].orphaned_at = NOW - 60
    payment = FusionClient(world).job(1)["payments"][0]
    assert payment["invoice_id"] is None and payment["amount"] == 216


def test_lines_changed_after_invoicing_make_another_total() -> None:
    world = small_world()
    world.invoices[1].defect_at, world.invoices[1].lines_off_by_cents = NOW - 60, 700
    job = FusionClient(world).job(1)
    assert (job["total"], job["invoices"][0]["total"], job["due_total"]) == (209, 216, 0)


def test_a_merged_customer_is_gone_and_its_jobs_are_the_survivors() -> None:
    world = small_world()
    world.customers[1].merged_at, world.customers[1].merged_into_id = NOW - 60, 2
    company = FusionClient(world)
    assert "Pat1 Doe1" not in [customer["customer_name"] for customer in company.rows("customers")]
    assert company.job(1)["customer_name"] == "Pat2 Doe2"


def test_stamps_of_work_may_be_local_times_that_claim_to_be_utc() -> None:
    world = small_world()
    honest, local = FusionClient(world).job(1), FusionClient(world, stamps="local").job(1)
    assert honest["created_at"] == "2026-10-03T12:10:00+00:00"
    assert local["created_at"] == "2026-10-03T08:10:00+00:00"
    assert FusionClient(world, stamps="local").rows("customers")[0]["created_at"].endswith("T12:00:00+00:00")


def test_ids_grow_with_creation(company: FusionClient) -> None:
    for name in ("customers", "jobs", "invoices"):
        rows = company.rows(name, sort="" if name == "invoices" else "id")
        assert [row["created_at"] for row in rows] == sorted(row["created_at"] for row in rows)
