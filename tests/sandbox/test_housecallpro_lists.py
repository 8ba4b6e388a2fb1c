"""Keys, pages, filters and orders of the simulated Housecall Pro, as integrators met them."""

from __future__ import annotations

import pytest

from sandbox.world.model import World
from tests.sandbox.in_process import Company
from tests.sandbox.small_world import DAY, NOW, add_customer, add_job, small_world


@pytest.fixture(scope="module")
def world() -> World:
    return small_world()


@pytest.fixture(scope="module")
def company(world: World) -> Company:
    return Company(world)


@pytest.mark.parametrize("header", ["Token key-1", "Bearer key-1"])
def test_the_key_works_as_token_and_as_bearer(company: Company, header: str) -> None:
    assert company.ask("GET", "/company", headers={"Authorization": header}).status_code == 200


@pytest.mark.parametrize("header", ["", "Token key-2", "Basic key-1", "key-1"])
def test_a_wrong_key_is_unauthorized(company: Company, header: str) -> None:
    answer = company.ask("GET", "/company", headers={"Authorization": header})
    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})


def test_pages_have_ten_rows_unless_asked_and_two_hundred_at_most(company: Company) -> None:
    body = company.json("/jobs")
    assert {key: body[key] for key in ("page", "page_size", "total_pages", "total_items")} == {
        "page": 1,
        "page_size": 10,
        "total_pages": 1,
        "total_items": 10,
    }
    assert company.json("/jobs?page_size=500")["page_size"] == 200


def test_an_empty_list_has_no_pages(company: Company) -> None:
    body = company.json("/estimates")
    assert (body["total_pages"], body["total_items"], body["estimates"]) == (0, 0, [])


def test_past_the_last_page_there_is_nothing(company: Company) -> None:
    assert company.json("/jobs?page=7")["jobs"] == []


def test_pages_together_are_the_list(company: Company) -> None:
    pages = [company.json(f"/jobs?page={page}&page_size=3")["jobs"] for page in range(1, 5)]
    assert [len(page) for page in pages] == [3, 3, 3, 1]
    ids = [job["id"] for page in pages for job in page]
    assert ids == [job["id"] for job in company.rows("jobs")]


def test_the_newest_comes_first_unless_asked_otherwise(company: Company) -> None:
    newest_first = [job["created_at"] for job in company.rows("jobs")]
    assert newest_first == sorted(newest_first, reverse=True)
    oldest_first = [
        job["updated_at"] for job in company.rows("jobs", sort_by="updated_at", sort_direction="asc")
    ]
    assert oldest_first == sorted(oldest_first)


def test_a_change_between_two_pages_shifts_rows_over_the_edge() -> None:
    world = small_world()
    company = Company(world)
    query = "/jobs?sort_by=updated_at&page_size=5"
    first = [job["id"] for job in company.json(f"{query}&page=1")["jobs"]]
    world.payments[1].voided_at = NOW + 3600
    company.clock.advance(2)
    second = [job["id"] for job in company.json(f"{query}&page=2")["jobs"]]
    assert first[-1] in second, "the touched job moved to page 1 and pushed the last of page 1 onto page 2"
    assert company.json(f"{query}&page=1")["jobs"][0]["id"] == company.id("jobs", 1)


@pytest.mark.parametrize(
    "ignored",
    ["updated_after=2030-01-01T00:00:00Z", "updated_at_min=2030-01-01T00:00:00Z", "since=x", "foo=1"],
)
def test_unknown_parameters_are_ignored_in_silence(company: Company, ignored: str) -> None:
    assert company.json(f"/jobs?{ignored}")["total_items"] == 10


def test_an_array_without_brackets_is_422_on_invoices(company: Company) -> None:
    answer = company.get("/invoices?status=paid")
    assert (answer.status_code, answer.json()) == (422, {"errors": {"status": "must be an array"}})


@pytest.mark.parametrize("path", ["/jobs", "/estimates"])
def test_an_array_without_brackets_is_400_on_jobs(company: Company, path: str) -> None:
    assert company.get(f"{path}?work_status=scheduled").status_code == 400


def test_statuses_are_asked_in_other_words_than_they_are_told(company: Company) -> None:
    assert {job["work_status"] for job in company.json("/jobs?work_status[]=completed")["jobs"]} == {
        "complete unrated"
    }
    assert company.json("/jobs?work_status[]=in_progress&work_status[]=scheduled")["jobs"] == []
    assert company.get("/jobs?work_status[]=complete unrated").status_code == 400


@pytest.mark.parametrize("value", ["2026-10-01T00:00:00.000123Z", "yesterday", "2026-13-01T00:00:00Z"])
def test_dates_are_to_the_second_or_refused(company: Company, value: str) -> None:
    assert company.get("/jobs", scheduled_start_min=value).status_code == 400


def test_jobs_are_filtered_by_their_slot_customer_and_crew(company: Company) -> None:
    since = "2026-10-10T12:00:00Z"
    starts = [
        job["schedule"]["scheduled_start"] for job in company.json("/jobs", scheduled_start_min=since)["jobs"]
    ]
    assert starts and min(starts) == since
    customer = company.id("customers", 3)
    assert [job["id"] for job in company.json(f"/jobs?customer_id={customer}")["jobs"]] == [
        company.id("jobs", 3)
    ]
    crew = company.id("employees", 1)
    assert company.json(f"/jobs?employee_ids[]={crew}")["total_items"] == 10
    assert company.json("/jobs?employee_ids[]=pro_nobody")["total_items"] == 0


def test_invoices_are_filtered_by_times_that_they_do_not_show(company: Company) -> None:
    since = "2026-10-10T00:00:00Z"
    created = company.json(f"/invoices?created_at_min={since}&sort_by=created_at&sort_direction=asc")[
        "invoices"
    ]
    assert [invoice["id"] for invoice in created] == [
        company.id("invoices", number) for number in range(7, 11)
    ]
    paid = company.json(f"/invoices?status[]=paid&paid_at_min={since}&sort_by=paid_at")["invoices"]
    assert len(paid) == 4 and all(invoice["paid_at"] >= since for invoice in paid)
    assert company.json(f"/invoices?paid_at_max={since}")["total_items"] == 6
    customer = company.id("customers", 3)
    assert company.json(f"/invoices?customer_uuid[]={customer}")["total_items"] == 1
    assert company.json("/invoices?payment_method[]=ach")["total_items"] == 0
    assert company.json("/invoices?amount_due_min=1")["total_items"] == 0


def test_leads_take_a_plain_status(company: Company) -> None:
    assert company.json("/leads?status=won")["total_items"] == 10
    assert company.json("/leads?status=open")["total_items"] == 0
    assert company.json("/leads?lead_source=Google Search")["total_items"] == 10


def test_lookups_are_filtered_by_name_and_zip(company: Company) -> None:
    assert [source["name"] for source in company.json("/lead_sources?q=yard")["lead_sources"]] == [
        "Yard signs"
    ]
    assert company.json("/job_fields/job_types?name=nothing")["job_types"] == []
    assert company.json("/service_zones?zip_code=99999")["service_zones"] == []
    assert company.json("/customers?q=pat3@")["total_items"] == 1


def test_unknown_routes_answer_with_a_web_page(company: Company) -> None:
    for method, path in (("GET", "/payments"), ("GET", "/v1/jobs"), ("DELETE", "/customers/cus_1")):
        answer = company.ask(method, path)
        assert answer.status_code == 404 and answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    "path", ["/jobs/job_0", "/customers/cus_0", "/leads/lea_0", "/api/invoices/invoice_0"]
)
def test_unknown_records_are_404_in_json(company: Company, path: str) -> None:
    answer = company.get(path)
    assert answer.status_code == 404 and answer.json()["error"]["message"].endswith("not found")


def test_an_option_id_is_no_estimate_id(company: Company) -> None:
    assert company.get("/estimates/est_0123").status_code == 404


def test_records_are_read_by_id_as_they_are_listed(company: Company) -> None:
    for name in ("customers", "jobs", "leads"):
        row = company.rows(name)[0]
        assert company.json(f"/{name}/{row['id']}") == row
    invoice = company.rows("invoices")[0]
    assert company.json(f"/api/invoices/{invoice['id']}") == invoice


def test_a_deleted_job_stays_listed_and_is_gone_by_id() -> None:
    world = small_world()
    add_customer(world, 11)
    add_job(world, 11, completed_at=None, started_at=None, canceled_at=NOW - DAY, canceled_by="pro")
    company = Company(world)
    job = company.json("/jobs?work_status[]=canceled")["jobs"][0]
    assert (job["work_status"], job["canceled_at"], job["deleted_at"]) == (
        "pro canceled",
        None,
        "2026-10-31T12:00:00Z",
    )
    assert company.get(f"/jobs/{job['id']}").status_code == 410


def test_too_many_requests_name_the_epoch_to_come_back_at(world: World) -> None:
    company = Company(world, requests_per_second="3")
    answers = [company.get("/company") for _ in range(12)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused and "retry-after" not in refused[0].headers
    assert int(refused[0].headers["ratelimit-reset"]) > 1_700_000_000
    assert "ratelimit-reset" not in company.server.throttled(None).headers


@pytest.mark.parametrize(
    "name",
    [
        "customers",
        "jobs",
        "estimates",
        "leads",
        "invoices",
        "employees",
        "lead_sources",
        "job_types",
        "service_zones",
    ],
)
def test_expected_rows_are_what_the_list_gives(company: Company, name: str) -> None:
    path = {"job_types": "/job_fields/job_types"}.get(name)
    rows = company.rows(name, path, **{"expand[]": "appointments"})
    assert dict(company.server.expected(name)) == {row["id"]: row for row in rows}
    assert name == "estimates" or rows
