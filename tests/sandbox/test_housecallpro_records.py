"""What the simulated Housecall Pro's records show, hide and forget to date."""

from __future__ import annotations

import re

import pytest

from sandbox.world import model
from tests.sandbox.in_process import Company
from tests.sandbox.small_world import DAY, NOW, add_customer, add_invoice, add_job, at, small_world


@pytest.fixture
def world() -> model.World:
    return small_world()


@pytest.fixture
def company(world: model.World) -> Company:
    return Company(world)


def only(company: Company, name: str, world_id: int) -> dict:
    wanted = company.id(name, world_id)
    return next(row for row in company.rows(name) if row["id"] == wanted)


def test_ids_have_the_vendors_prefixes_and_never_change(company: Company) -> None:
    prefixes = {"customers": "cus_", "jobs": "job_", "estimates": "csr_", "options": "est_", "leads": "lea_"}
    for entity, prefix in prefixes.items():
        assert re.fullmatch(rf"{prefix}[0-9a-f]{{32}}", company.id(entity, 1))
    assert company.id("jobs", 1) == Company(small_world()).id("jobs", 1)
    assert company.id("jobs", 1) != Company(small_world(), "bluebird-2").id("jobs", 1)


def test_optional_parts_come_only_when_expanded(company: Company) -> None:
    assert "appointments" not in company.rows("jobs")[0]["schedule"]
    assert "appointments" not in company.rows("jobs", expand="appointments")[0]["schedule"]
    job = company.rows("jobs", **{"expand[]": ["appointments", "attachments"]})[0]
    assert len(job["schedule"]["appointments"]) == 1 and job["attachments"] == []
    assert "do_not_service" not in company.rows("customers")[0]
    assert company.rows("customers", **{"expand[]": "do_not_service"})[0]["do_not_service"] is False


def test_leads_show_no_times_and_name_their_job(company: Company) -> None:
    lead = only(company, "leads", 1)
    assert not {"created_at", "updated_at"} & set(lead)
    assert (lead["status"], lead["conversions"]) == ("won", [{"id": company.id("jobs", 1), "type": "Job"}])
    assert "gclid:EAIaIQ-1_AbC" in lead["tags"] and lead["lead_source"] == "Google Search"


def test_an_unbooked_lead_embeds_somebody_who_is_no_listed_customer(
    world: model.World, company: Company
) -> None:
    world.leads[1].customer_id = world.leads[1].job_id = None
    world.leads[1].lost_at = NOW - DAY
    lead = only(company, "leads", 1)
    assert (lead["status"], lead["conversions"], lead["lost_at"]) == ("lost", [], "2026-10-31T12:00:00Z")
    assert lead["customer"]["mobile_number"] == "2025550101"
    assert lead["customer"]["id"] not in {row["id"] for row in company.rows("customers")}


def test_a_lead_without_source_shows_none(world: model.World, company: Company) -> None:
    world.leads[1].campaign_id = None
    lead = only(company, "leads", 1)
    assert lead["lead_source"] is None and lead["tags"] == []


def test_leads_kept_elsewhere_are_not_listed(world: model.World, company: Company) -> None:
    world.leads[1].in_dispatch = False
    assert len(company.rows("leads")) == 9


def test_a_deleted_customer_vanishes_but_stays_inside_the_job(world: model.World, company: Company) -> None:
    world.customers[1].deleted_at = NOW - DAY
    assert company.id("customers", 1) not in {row["id"] for row in company.rows("customers")}
    assert only(company, "jobs", 1)["customer"]["id"] == company.id("customers", 1)


def test_a_merged_customers_jobs_move_to_the_survivor(world: model.World, company: Company) -> None:
    world.customers[1].merged_at, world.customers[1].merged_into_id = NOW - DAY, 2
    job = only(company, "jobs", 1)
    assert job["customer"]["id"] == company.id("customers", 2)
    assert job["updated_at"] == "2026-10-31T12:00:00Z"


def test_phones_are_ten_digits_and_only_listed_customers_have_addresses(company: Company) -> None:
    customer = only(company, "customers", 3)
    assert (customer["mobile_number"], customer["home_number"]) == ("2025550103", None)
    assert len(customer["addresses"]) == 1
    assert "addresses" not in only(company, "jobs", 3)["customer"]


def test_countries_are_written_in_four_ways() -> None:
    world = small_world()
    for number in range(11, 60):
        add_customer(world, number)
    countries = {
        address["country"] for row in Company(world).rows("customers") for address in row["addresses"]
    }
    assert countries == {None, "US", "USA", "United States"}


def test_a_late_phone_does_not_move_updated_at(world: model.World, company: Company) -> None:
    before = only(company, "customers", 1)
    world.customers[1].contact_changed_at, world.customers[1].late_phone = NOW + 3600, "202-555-0177"
    company.clock.advance(2)
    after = only(company, "customers", 1)
    assert (before["home_number"], after["home_number"]) == (None, "2025550177")
    assert before["updated_at"] == after["updated_at"]


def test_some_notes_appear_without_moving_updated_at() -> None:
    world = small_world()
    for number in range(11, 60):
        add_customer(world, number, created_at=NOW - DAY)
    company = Company(world)
    before = {row["id"]: row for row in company.rows("customers")}
    company.clock.advance(7 * 24)
    changed = [
        row
        for row in company.rows("customers")
        if row["notes"] != before[row["id"]]["notes"] and row["updated_at"] == before[row["id"]]["updated_at"]
    ]
    assert changed


def test_a_rating_does_not_move_updated_at(world: model.World, company: Company) -> None:
    before = only(company, "jobs", 1)
    world.jobs[1].rated_at = NOW + 3600
    company.clock.advance(2)
    after = only(company, "jobs", 1)
    assert (before["work_status"], after["work_status"]) == ("complete unrated", "complete rated")
    assert before["updated_at"] == after["updated_at"]


def test_a_job_goes_through_its_statuses() -> None:
    world = small_world()
    add_customer(world, 11)
    start = NOW + DAY
    visit = {"dispatched_at": start - 900, "started_at": start + 300, "completed_at": start + 7000}
    slot = {"booked_at": NOW - 60, "scheduled_start": start, "scheduled_end": start + 7200}
    add_job(world, 11, rated_at=start + 2 * DAY, **slot, **visit)
    company = Company(world)
    seen = []
    for _ in range(7 * 24):
        seen.append(only(company, "jobs", 11)["work_status"])
        company.clock.advance(0.5)
    order = ["needs scheduling", "scheduled", "in progress", "complete unrated", "complete rated"]
    assert list(dict.fromkeys(seen)) in (order, order[1:])


def test_some_jobs_wait_to_be_scheduled() -> None:
    world = small_world()
    for number in range(11, 80):
        add_customer(world, number)
        add_job(world, number, booked_at=NOW - 60, scheduled_start=NOW + 3 * DAY, scheduled_end=NOW + 4 * DAY)
    waiting = Company(world).json("/jobs?work_status[]=unscheduled")["jobs"]
    assert waiting and all(job["schedule"]["scheduled_start"] is None for job in waiting)


def test_nothing_is_charged_before_the_work_is_done() -> None:
    world = small_world()
    add_customer(world, 11)
    add_job(world, 11, completed_at=NOW + DAY)
    company = Company(world)
    assert only(company, "jobs", 11)["total_amount"] == 0
    company.clock.advance(48)
    job = only(company, "jobs", 11)
    assert (job["subtotal"], job["total_amount"]) == (20_000, 21_600)


def test_technicians_who_left_are_not_listed_but_still_named(world: model.World, company: Company) -> None:
    world.technicians[1].left_at = NOW - DAY
    assert company.rows("employees") == []
    assert only(company, "jobs", 1)["assigned_employees"][0]["id"] == company.id("employees", 1)


def test_invoice_numbers_repeat(world: model.World, company: Company) -> None:
    add_customer(world, 11)
    add_job(world, 11, recall_of_id=1)
    add_customer(world, 12)
    add_job(world, 12, from_estimate_option_id=5)
    world.estimates[1] = model.Estimate(
        1,
        "bluebird",
        1,
        at("2026-10-04 13:00"),
        (model.EstimateOption(5, "Good", 90_000, 0, sold_at=NOW - DAY),),
    )
    assert only(company, "jobs", 11)["invoice_number"] == only(company, "jobs", 1)["invoice_number"]
    assert only(company, "jobs", 12)["invoice_number"] == only(company, "jobs", 1)["invoice_number"] + "-2"
    assert only(company, "invoices", 11)["invoice_number"] == only(company, "invoices", 1)["invoice_number"]


def test_estimates_have_options_and_no_amount(world: model.World, company: Company) -> None:
    options = (
        model.EstimateOption(5, "Good", 90_000, 4_000, sold_at=NOW - DAY),
        model.EstimateOption(6, "Better", 120_000, 5_000, declined_at=NOW - DAY),
        model.EstimateOption(7, "Best", 150_000, 6_000),
    )
    world.estimates[1] = model.Estimate(1, "bluebird", 1, at("2026-10-04 13:00"), options)
    estimate = company.rows("estimates")[0]
    assert "total_amount" not in estimate
    sold, declined, undecided = estimate["options"]
    assert sold["approval_status"] in ("approved", "pro approved") and sold["status"] == "open"
    assert (declined["approval_status"], undecided["approval_status"]) in (
        ("declined", None),
        ("declined", "awaiting response"),
    )
    add_customer(world, 11)
    add_job(world, 11, from_estimate_option_id=5)
    company.clock.advance(1)
    assert company.rows("estimates")[0]["options"][0]["status"] == "created job from estimate"
    assert only(company, "jobs", 11)["original_estimate_id"] == sold["id"]


def test_a_renamed_source_keeps_its_old_name_on_old_records(world: model.World, company: Company) -> None:
    world.campaigns[1].renamed_at, world.campaigns[1].renamed_to = at("2026-10-08 00:00"), "PPC"
    assert {job["lead_source"] for job in company.rows("jobs")} == {"Google Search", "PPC"}
    names = {source["name"] for source in company.rows("lead_sources")}
    assert names == {"PPC", "Yard signs", "Google Search"}, "customers still carry the old name"


def test_an_edited_gap_moves_the_jobs_time(world: model.World, company: Company) -> None:
    company.rows("jobs")
    world.jobs[1].campaign_id = None
    gap = ("job_without_source", "housecallpro", "hcp-bluebird", "job", company.id("jobs", 1), NOW, 20_000)
    world.gaps.append(model.Gap(1, *gap))
    job = only(company, "jobs", 1)
    assert (job["lead_source"], job["updated_at"]) == (None, "2026-11-01T12:00:00Z")


# -- money --------------------------------------------------------------------------------------------------


def adds_up(invoice: dict) -> bool:
    items = sum(item["amount"] for item in invoice["items"])
    discounts = sum(discount["amount"] for discount in invoice["discounts"])
    return invoice["amount"] == items - discounts + sum(tax["amount"] for tax in invoice["taxes"])


def balances(invoice: dict) -> bool:
    paid = sum(payment["amount"] for payment in invoice["payments"] if payment["status"] == "succeeded")
    refunded = sum(refund["amount"] for refund in invoice["refunds"])
    return invoice["due_amount"] == invoice["amount"] - paid + refunded


def test_an_invoice_has_neither_customer_nor_times(company: Company) -> None:
    invoice = only(company, "invoices", 1)
    assert not {"customer", "customer_id", "created_at", "updated_at"} & set(invoice)
    assert invoice["job_id"] == company.id("jobs", 1)
    assert all(isinstance(invoice[name], int) for name in ("amount", "subtotal", "due_amount"))
    assert (invoice["status"], adds_up(invoice), balances(invoice)) == ("paid", True, True)


def test_invoices_of_a_job_are_not_paged(company: Company) -> None:
    body = company.json(f"/jobs/{company.id('jobs', 1)}/invoices")
    assert list(body) == ["invoices"] and "job_id" not in body["invoices"][0]


def test_a_draft_has_no_lines_and_no_amount() -> None:
    world = small_world()
    add_customer(world, 11)
    add_job(world, 11)
    add_invoice(world, 11, finalized_at=NOW + DAY)
    world.payments.pop(11)
    invoice = only(Company(world), "invoices", 11)
    assert (invoice["amount"], invoice["items"], invoice["status"]) == (0, [], "open")


def test_a_free_visit_is_paid_without_a_date() -> None:
    world = small_world()
    add_invoice(world, 1, lines=(), subtotal_cents=0, tax_cents=0, total_cents=0)
    world.payments.pop(1)
    invoice = only(Company(world), "invoices", 1)
    assert (invoice["status"], invoice["paid_at"], invoice["due_amount"]) == ("paid", None, 0)


def test_a_refund_stands_apart_and_raises_the_balance(world: model.World, company: Company) -> None:
    world.payments[11] = model.Payment(11, "bluebird", 1, NOW - DAY, -5_000, "credit_card", ((1, -5_000),), 1)
    invoice = only(company, "invoices", 1)
    assert len(invoice["payments"]) == 1 and invoice["refunds"][0]["amount"] == 5_000
    assert invoice["refunds"][0]["id"] == company.id("payments", 11)
    assert (invoice["due_amount"], invoice["status"], balances(invoice)) == (5_000, "paid", True)


def test_some_who_pay_by_card_pay_for_that(world: model.World, company: Company) -> None:
    for number in range(20, 70):
        method = "credit_card" if number % 2 else "check"
        applied = ((1, 1_000),)
        world.payments[number] = model.Payment(number, "bluebird", 1, NOW - DAY, 1_000, method, applied)
    payments = only(company, "invoices", 1)["payments"]
    assert {each["surcharge_fee_amount"] for each in payments if each["amount"] == 1_000} == {0, 30}
    assert {each["surcharge_fee_amount"] for each in payments if each["payment_method"] == "check"} == {0}


def test_a_voided_payment_no_longer_counts(world: model.World, company: Company) -> None:
    world.payments[1].voided_at = NOW - DAY
    invoice = only(company, "invoices", 1)
    assert (invoice["payments"][0]["status"], invoice["due_amount"]) == ("failed", 21_600)
    assert (invoice["status"], invoice["paid_at"]) == ("open", None)


def test_voided_invoices_stay_and_suppressed_ones_vanish(world: model.World, company: Company) -> None:
    world.invoices[1].voided_at = NOW - DAY
    world.invoices[2].suppressed_at = NOW - DAY
    assert (only(company, "invoices", 1)["status"], only(company, "invoices", 1)["due_amount"]) == (
        "voided",
        0,
    )
    assert company.id("invoices", 2) not in {row["id"] for row in company.rows("invoices")}
    assert company.get(f"/api/invoices/{company.id('invoices', 2)}").status_code == 404
    assert company.json(f"/jobs/{company.id('jobs', 2)}/invoices")["invoices"] == []


def test_defects_show_from_their_moment_on_and_one_at_a_time(world: model.World, company: Company) -> None:
    world.invoices[1].defect_at = world.invoices[2].defect_at = NOW + 3600
    world.invoices[1].lines_off_by_cents, world.invoices[2].balance_off_by_cents = 300, 700
    assert adds_up(only(company, "invoices", 1)) and balances(only(company, "invoices", 2))
    company.clock.advance(2)
    wrong_total, wrong_balance = only(company, "invoices", 1), only(company, "invoices", 2)
    assert (adds_up(wrong_total), balances(wrong_total)) == (False, True)
    assert (adds_up(wrong_balance), balances(wrong_balance)) == (True, False)


def test_an_invoice_without_a_job_shows_null() -> None:
    world = small_world()
    add_invoice(world, 1, job_id=None, kind="membership")
    assert only(Company(world), "invoices", 1)["job_id"] is None
