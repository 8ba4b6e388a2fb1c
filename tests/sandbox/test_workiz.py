"""The simulated Workiz: its lists, its two type systems, its wall clock, and money without invoices."""

from __future__ import annotations

import pytest

from sandbox.servers.base import SandboxAccount
from sandbox.servers.workiz.identifiers import uuid
from sandbox.world import model
from tests.sandbox.in_process import VendorClient
from tests.sandbox.small_world import DAY, NOW, add_customer, add_invoice, add_job, at, small_world

ALL = {"start_date": "2000-01-01", "only_open": "false"}
HOUR = 3_600


class Office(VendorClient):
    """A Workiz account of the brand Bluebird."""

    def __init__(self, world: model.World, **options: str) -> None:
        account = SandboxAccount(
            "workiz-bluebird",
            "workiz",
            ("bluebird",),
            "http://sandbox",
            credentials={"api_token": "api_1"},
            options=options,
        )
        super().__init__(world, account, "")

    def list(self, kind: str = "job", **params: object) -> dict:
        return self.json(f"/api_1/{kind}/all/", **params)

    def all(self, kind: str = "job") -> list[dict]:
        return self.list(kind, **ALL)["data"]

    def job(self, number: int) -> dict:
        (row,) = self.json(f"/api_1/job/get/{self.server.native_id('jobs', number)}/")["data"]
        return row


@pytest.fixture
def world() -> model.World:
    return small_world()


@pytest.fixture
def office(world: model.World) -> Office:
    return Office(world)


@pytest.mark.parametrize("path", ["/api_2/job/all/", "/api_1/job/all", "/api_1/client/all/", "/job/all/"])
def test_a_wrong_token_is_a_wrong_path(office: Office, path: str) -> None:
    answer = office.get(path)
    assert (answer.status_code, answer.json()["message"]) == (403, "Invalid API path or malformed API key.")


def test_without_asking_otherwise_a_list_shows_two_weeks_of_open_jobs(
    world: model.World, office: Office
) -> None:
    world.jobs[9].scheduled_start = world.jobs[10].scheduled_start = NOW - 3 * DAY
    world.jobs[10].completed_at = None
    recent = office.list(only_open="false")["data"]
    assert {row["UUID"] for row in recent} == {office.job(9)["UUID"], office.job(10)["UUID"]}
    assert [row["UUID"] for row in office.list()["data"]] == [office.job(10)["UUID"]]


def test_a_list_goes_from_the_latest_to_the_earliest(office: Office) -> None:
    days = [row["JobDateTime"] for row in office.all()]
    assert len(days) == 10 and days == sorted(days, reverse=True)
    assert office.list(**ALL | {"start_date": days[3][:10]})["data"][-1]["JobDateTime"] == days[3]


def test_offset_skips_records_and_a_page_has_a_hundred_at_most(office: Office) -> None:
    first = office.list(**ALL, records=4)
    rest = office.list(**ALL, records=500, offset=4)
    assert (len(first["data"]), first["has_more"], rest["has_more"]) == (4, True, False)
    assert [row["UUID"] for row in first["data"] + rest["data"]] == [row["UUID"] for row in office.all()]


def test_offset_may_count_pages(world: model.World) -> None:
    assert Office(world, offset_counts="pages").list(**ALL, offset=1)["data"] == []


def test_statuses_filter_whatever_their_case(office: Office) -> None:
    assert len(office.list(**ALL, status=["DONE", "pending"])["data"]) == 10
    assert office.list(**ALL, status="pending")["data"] == []


def test_a_wrong_day_is_refused(office: Office) -> None:
    assert office.get("/api_1/job/all/", start_date="last week").status_code == 400


def test_an_unknown_record_is_an_empty_list(office: Office) -> None:
    assert office.json("/api_1/job/get/ZZZZZZ/")["data"] == []


def test_the_quota_gives_no_hint_when_to_come_back(world: model.World) -> None:
    office = Office(world, requests_per_minute="1")
    answers = [office.get("/api_1/team/all/") for _ in range(4)]
    refused = answers[-1]
    assert refused.status_code == 429 and "retry-after" not in refused.headers
    assert "Quotas" in refused.json()["msg"]


def test_records_without_a_day_come_last_or_not_at_all(world: model.World) -> None:
    for number in range(11, 80):
        add_customer(world, number)
        add_job(world, number, booked_at=NOW - 60, scheduled_start=NOW + 3 * DAY, scheduled_end=NOW + 4 * DAY)
    undated = [row for row in Office(world).all() if row["JobDateTime"] is None]
    assert undated and all(row["JobEndDateTime"] == "" for row in undated)
    assert Office(world).all()[-len(undated) :] == undated
    dropped = {row["UUID"] for row in Office(world, undated="dropped").all()}
    assert not dropped & {row["UUID"] for row in undated}


def test_jobs_have_numbers_and_leads_have_text(office: Office) -> None:
    job, lead = office.all()[0], office.all("lead")[0]
    assert isinstance(job["ClientId"], int) and isinstance(job["JobTotalPrice"], int)
    assert {type(value) for value in lead.values()} == {str, list}


def test_some_fields_are_sometimes_something_else() -> None:
    world = small_world()
    for number in range(11, 60):
        add_customer(world, number)
        add_job(world, number)
        world.properties[number].unit = "12" if number % 2 else "B"
    rows = Office(world).all()
    assert {type(row["Unit"]) for row in rows} == {int, str}
    assert {type(row["Comments"]) for row in rows} == {list, str}
    assert {"item_cost" in row for row in rows} == {True, False}
    assert {tuple(row["Team"][0]) for row in rows} == {("id", "Name"), ("id", "name")}
    assert {row["Status"] for row in rows} >= {"Done", "done"}


def test_times_are_the_accounts_wall_clock() -> None:
    """On 1 November the clocks go back: two instants have one name."""
    world = small_world()
    world.jobs[1].booked_at = at("2026-10-01 16:00")
    world.jobs[2].booked_at = at("2026-11-01 05:30")
    world.jobs[3].booked_at = at("2026-11-01 06:30")
    office = Office(world)
    assert [office.job(number)["CreatedDate"] for number in (1, 2, 3)] == [
        "2026-10-01 12:00:00",
        "2026-11-01 01:30:00",
        "2026-11-01 01:30:00",
    ]


def test_a_job_goes_through_its_statuses() -> None:
    world = small_world()
    add_customer(world, 11)
    start = NOW + DAY
    add_job(
        world,
        11,
        booked_at=NOW - 60,
        scheduled_start=start,
        scheduled_end=start + 7200,
        started_at=start,
        completed_at=start + 5400,
    )
    world.invoices[11].finalized_at = start + 2 * DAY
    office, seen = Office(world), {}
    for _ in range(7 * 24):
        row = office.job(11)
        seen.setdefault(row["Status"].lower(), (row["LastStatusUpdate"], row["JobTotalPrice"]))
        office.clock.advance(0.5)
    assert list(seen) == ["submitted", "in progress", "done pending approval", "done"]
    assert [price for _, price in seen.values()] == [0, 0, 216, 216]
    assert len({since for since, _ in seen.values()}) == 4, "each status has its own time"


def test_the_price_is_the_bill_and_what_is_due_is_less_what_was_paid(world: model.World) -> None:
    office = Office(world)
    job = office.job(1)
    assert (job["SubTotal"], job["JobTotalPrice"], job["JobAmountDue"]) == (200, 216, 0)
    assert sum(item["Quantity"] * item["Price"] for item in job["LineItems"]) == 200
    world.payments[99] = model.Payment(
        99, "bluebird", 1, NOW + HOUR, -5_010, "check", ((1, -5_010),), refund_of_id=1
    )
    office.clock.advance(2)
    assert office.job(1)["JobAmountDue"] == 50.1


def test_a_deposit_shows_before_the_work_is_done(world: model.World) -> None:
    add_customer(world, 11)
    add_job(world, 11, booked_at=NOW - HOUR, completed_at=NOW + DAY)
    add_invoice(world, 11, created_at=NOW - HOUR, finalized_at=NOW - HOUR)
    world.payments[11] = model.Payment(11, "bluebird", 11, NOW - 60, 8_000, "check", ((11, 8_000),))
    job = Office(world).job(11)
    assert (job["Status"], job["JobTotalPrice"], job["JobAmountDue"]) == ("In Progress", 216, 136)


def test_a_voided_and_reissued_invoice_is_one_price_throughout(world: model.World) -> None:
    voided_at = NOW + HOUR
    world.invoices[1].voided_at = voided_at
    add_invoice(world, 20, job_id=1, customer_id=1, created_at=voided_at, finalized_at=voided_at)
    world.payments[20].paid_at = NOW + 9 * DAY
    office = Office(world)
    before = office.job(1)
    office.clock.advance(2)
    assert before["JobTotalPrice"] == office.job(1)["JobTotalPrice"] == 216


def test_a_job_that_was_never_billed_waits_for_approval(world: model.World) -> None:
    world.invoices[1].suppressed_at = world.payments[1].voided_at = NOW
    job = Office(world).job(1)
    assert (job["Status"], job["JobAmountDue"]) == ("done pending approval", 216)


def test_a_merged_customers_jobs_carry_the_survivors_number(world: model.World, office: Office) -> None:
    world.customers[2].merged_at, world.customers[2].merged_into_id = NOW + HOUR, 1
    own = office.job(2)["ClientId"]
    office.clock.advance(2)
    assert own != office.job(2)["ClientId"] == office.job(1)["ClientId"]
    assert office.job(2)["FirstName"].strip() == "Pat2", "the copy stays as it was"


def test_a_job_copies_its_customer_when_it_is_booked(world: model.World) -> None:
    booked_at = world.jobs[1].booked_at
    world.customers[1].contact_changed_at, world.customers[1].late_phone = booked_at + DAY, "202-555-0177"
    assert Office(world).job(1)["SecondPhone"] == ""
    world.customers[1].contact_changed_at = booked_at - DAY
    assert Office(world).job(1)["SecondPhone"] == "2025550177"


def test_a_lead_says_that_it_was_converted_but_not_to_what(office: Office) -> None:
    lead = office.all("lead")[0]
    assert lead["Status"] == "Converted" and "gclid:EAIaIQ-" in lead["LeadNotes"]
    job_ids = {row["UUID"] for row in office.all()}
    assert not job_ids & {str(value) for name, value in lead.items() if name != "UUID"}


def test_who_left_is_no_longer_active(world: model.World, office: Office) -> None:
    world.technicians[1].left_at = NOW - DAY
    (member,) = office.json("/api_1/team/all/")["data"]
    assert member["active"] is False and member["id"] == str(office.all()[0]["Team"][0]["id"])


def test_ids_never_repeat() -> None:
    ids = {uuid("workiz-bluebird", "jobs", number) for number in range(20_000)}
    assert len(ids) == 20_000 and all(len(one) == 6 for one in ids)


@pytest.mark.parametrize("kind", ["job", "lead"])
def test_the_expected_rows_are_those_of_the_list(office: Office, kind: str) -> None:
    assert dict(office.server.expected(f"{kind}s")) == {row["UUID"]: row for row in office.all(kind)}


def test_an_unknown_object_is_an_error(office: Office) -> None:
    with pytest.raises(KeyError):
        next(office.server.expected("invoices"))
