"""What rows say: types as the vendor mixes them, lives of records, and how each injected defect shows."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.servers.servicetitan import ids, wire
from sandbox.world.model import Invoice, Job, World
from tests.sandbox.servicetitan import TenantClient, built_world

HOUR = 3600
BRAND = "cedar-ridge"
RECENT = {"includeRecentChanges": "true"}


@pytest.fixture(scope="module")
def world() -> World:
    return built_world(households=300)


@pytest.fixture(scope="module")
def tenant(world: World) -> TenantClient:
    return TenantClient(world)


def settled_invoice(world: World) -> Invoice:
    """A long-final invoice of a job, with payments on it."""
    paid = {invoice for payment in world.payments.values() for invoice, _ in payment.applied}
    return next(
        invoice
        for invoice in world.invoices.values()
        if invoice.brand_key == BRAND
        and invoice.kind == "job"
        and invoice.id in paid
        and invoice.finalized_at < world.clock_starts_at - 40 * 86_400
        and invoice.voided_at is None
    )


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_ids_are_nine_digits_and_never_shared(left: int, right: int) -> None:
    kinds = ("customers", "jobs", "invoices", "payments", "locations")
    natives = {ids.native(kind, world_id) for kind in kinds for world_id in (left, right)}
    assert len(natives) == len(kinds) * len({left, right})
    assert all(native >= 100_000_000 for native in natives)
    assert all(ids.origin(ids.native(kind, left)) == (kind, left) for kind in kinds)


@given(st.integers(10**8, 10**9), st.integers(1_500_000_000, 1_900_000_000))
def test_stamps_are_trimmed_ticks_that_read_back(key: int, second: int) -> None:
    text = wire.stamp(key, second)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,6}[1-9])?Z", text)
    assert wire.read_moment(text) == wire.ticks(key, second)
    assert wire.ticks(key, second) // wire.TICKS == second


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-01-02", "2026-01-02T00:00:00Z"),
        ("2026-01-02T00:00:00.001000+00:00", "2026-01-02T00:00:00.001Z"),
        ("2026-01-02T06:00:00.1234567-06:00", "2026-01-02T12:00:00.1234567Z"),
    ],
)
def test_query_dates_are_read_in_every_accepted_form(text: str, same: str) -> None:
    assert wire.written(wire.read_moment(text)) == same


def test_fractions_have_up_to_seven_digits(tenant: TenantClient) -> None:
    stamps = [row["modifiedOn"] for row in tenant.export("jpm/export/jobs").values()]
    lengths = {len(stamp.partition(".")[2].rstrip("Z")) for stamp in stamps}
    assert {0, 7} <= lengths and max(lengths) == 7


def test_a_batch_gives_many_rows_one_modification_time(tenant: TenantClient) -> None:
    stamps = [row["modifiedOn"] for row in tenant.export("accounting/export/payments").values()]
    assert len(set(stamps)) < len(stamps)


def test_accounting_money_is_text_and_elsewhere_a_number(tenant: TenantClient) -> None:
    for row in tenant.export("accounting/export/invoices").values():
        assert all(re.fullmatch(r"-?\d+\.\d\d", row[name]) for name in ("subTotal", "salesTax", "total"))
        for item in row["items"] or ():
            assert re.fullmatch(r"\d+\.\d{10}", item["quantity"])
    for row in tenant.export("accounting/export/payments").values():
        assert isinstance(row["typeId"], str)
    assert all(isinstance(row["total"], float) for row in tenant.export("jpm/export/jobs").values())
    assert all(isinstance(row["balance"], float) for row in tenant.export("crm/export/customers").values())


def test_calendar_dates_are_midnights_of_the_business_day(world: World, tenant: TenantClient) -> None:
    invoice = settled_invoice(world)
    row = tenant.export("accounting/export/invoices")[tenant.native("invoices", invoice.id)]
    assert row["invoiceDate"] == f"{invoice.invoiced_on}T00:00:00Z"


def test_calls_last_a_time_span(world: World, tenant: TenantClient) -> None:
    for native, row in tenant.export("telecom/export/calls").items():
        seconds = world.calls[ids.origin(native)[1]].duration_seconds
        assert row["duration"] == f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        assert row["createdBy"] is None or row["direction"] == "Outbound"


def test_nulls_are_written_out(tenant: TenantClient) -> None:
    row = next(iter(tenant.export("crm/export/customers").values()))
    assert row["mergedToId"] is None and row["creditLimit"] is None


def test_recalls_are_in_the_list_and_not_in_the_export() -> None:
    recalled = built_world(households=300)
    first, *others = [job for job in recalled.jobs.values() if job.brand_key == BRAND]
    for job in others:
        job.recall_of_id = first.id
    tenant = TenantClient(recalled)
    exported = tenant.export("jpm/export/jobs").values()
    assert {row["recallForId"] for row in exported} == {row["warrantyId"] for row in exported} == {None}
    listed = tenant.listed("jpm/jobs", pageSize=5000)
    for name in ("recallForId", "warrantyId"):
        assert {row[name] for row in listed} == {None, tenant.native("jobs", first.id)}
    assert all("active" not in row for row in listed)


@pytest.fixture
def punctual(monkeypatch: pytest.MonkeyPatch) -> None:
    """No late commits: what is asked for right after a milestone shows it."""
    monkeypatch.setattr("sandbox.servers.servicetitan.history.commit_lag", lambda second: 0)


def coming_job(world: World) -> Job:
    """A job of the coming weeks that has a total and an invoice made on its completion."""
    invoiced = {
        invoice.job_id: invoice
        for invoice in world.invoices.values()
        if invoice.kind == "job" and invoice.total_cents and not invoice.voided_at
    }
    return next(
        job
        for job in world.jobs.values()
        if job.brand_key == BRAND
        and job.booked_at > world.clock_starts_at
        and job.completed_at is not None
        and job.id in invoiced
        and invoiced[job.id].finalized_at > job.completed_at
    )


def go_to(tenant: TenantClient, second: int) -> None:
    tenant.clock.advance((second + 1 - tenant.clock.now()) / HOUR)


@pytest.mark.usefixtures("punctual")
def test_an_invoice_exists_from_the_booking_and_is_empty_until_final(world: World) -> None:
    tenant = TenantClient(world)
    job = coming_job(world)
    go_to(tenant, job.booked_at)
    row = tenant.export("jpm/export/jobs", **RECENT)[tenant.native("jobs", job.id)]
    before = tenant.export("accounting/export/invoices", **RECENT)[row["invoiceId"]]
    assert (before["total"], before["balance"], before["items"]) == ("0.00", "0.00", None)
    assert row["total"] == 0.0
    bill = world.invoices[ids.origin(row["invoiceId"])[1]]
    go_to(tenant, bill.finalized_at)
    after = tenant.export("accounting/export/invoices", **RECENT)[row["invoiceId"]]
    assert Decimal(after["total"]) == Decimal(bill.total_cents) / 100
    assert sum(Decimal(item["total"]) for item in after["items"]) == Decimal(after["subTotal"])
    row = tenant.export("jpm/export/jobs", **RECENT)[tenant.native("jobs", job.id)]
    assert (row["jobStatus"], row["total"]) == ("Completed", job.total_cents / 100)


def test_every_job_names_an_invoice_that_the_feed_has(tenant: TenantClient) -> None:
    invoices = tenant.export("accounting/export/invoices", **RECENT)
    jobs = tenant.export("jpm/export/jobs")
    assert all(job["invoiceId"] in invoices for job in jobs.values())


def test_some_canceled_jobs_keep_a_completion_time() -> None:
    canceled = built_world(households=300)
    for job in canceled.jobs.values():
        job.canceled_at, job.completed_at = job.booked_at + HOUR, None
    rows = TenantClient(canceled).export("jpm/export/jobs").values()
    with_time = [row for row in rows if row["completedOn"]]
    assert {row["jobStatus"] for row in rows} == {"Canceled"}
    assert 0 < len(with_time) < len(rows) / 5
    assert {row["total"] for row in rows} == {0.0}


@pytest.mark.usefixtures("punctual")
def test_a_balance_change_moves_the_customer_and_a_new_phone_does_not() -> None:
    fresh = built_world(households=300)
    tenant = TenantClient(fresh)
    now = tenant.clock.now()
    active = {invoice.customer_id for invoice in fresh.invoices.values()}
    active |= {payment.customer_id for payment in fresh.payments.values()}
    quiet = next(
        each
        for each in fresh.customers.values()
        if each.brand_key == BRAND and each.id not in active and each.created_at < now and not each.merged_at
    )
    quiet.late_phone, quiet.contact_changed_at = "(630) 555-0177", now + HOUR
    payment = min(
        (each for each in fresh.payments.values() if each.brand_key == BRAND and each.paid_at > now),
        key=lambda payment: payment.paid_at,
    )
    payer, other = (tenant.native("customers", each) for each in (payment.customer_id, quiet.id))
    before = tenant.export("crm/export/customers")
    contacts = tenant.export("crm/export/customers/contacts")
    tenant.clock.advance((max(payment.paid_at, now + HOUR) - now) / HOUR + 1)
    after = tenant.export("crm/export/customers")
    assert after[other] == before[other]
    new = [
        row
        for native, row in tenant.export("crm/export/customers/contacts").items()
        if native not in contacts
    ]
    assert other in {row["customerId"] for row in new}
    assert after[payer]["modifiedOn"] > before.get(payer, {"modifiedOn": ""})["modifiedOn"]


@pytest.mark.usefixtures("punctual")
def test_a_merge_deactivates_the_loser_moves_both_and_leaves_children() -> None:
    merged = built_world(households=300)
    now = merged.clock_starts_at
    jobs = [job for job in merged.jobs.values() if job.brand_key == BRAND and job.booked_at < now - 86_400]
    loser = merged.customers[jobs[0].customer_id]
    survivor = merged.customers[next(job.customer_id for job in jobs if job.customer_id != loser.id)]
    survivor.merged_at = survivor.merged_into_id = None
    loser.merged_at, loser.merged_into_id = now + HOUR, survivor.id
    tenant = TenantClient(merged)
    gone, kept = tenant.native("customers", loser.id), tenant.native("customers", survivor.id)
    before = tenant.export("crm/export/customers")
    assert before[gone]["active"] and before[gone]["mergedToId"] is None
    tenant.clock.advance(2)
    after = tenant.export("crm/export/customers")
    assert (after[gone]["active"], after[gone]["mergedToId"]) == (False, kept)
    assert after[kept]["modifiedOn"] > before[kept]["modifiedOn"]
    assert tenant.export("jpm/export/jobs")[tenant.native("jobs", jobs[0].id)]["customerId"] == gone
    assert gone not in {row["id"] for row in tenant.listed("crm/customers", pageSize=5000)}


@pytest.mark.usefixtures("punctual")
def test_a_job_and_its_visit_name_the_same_states_differently(world: World) -> None:
    tenant = TenantClient(world)
    job = coming_job(world)
    names = []
    for milestone in (job.booked_at, job.dispatched_at, job.started_at, job.completed_at):
        go_to(tenant, milestone)
        rows = tenant.export("jpm/export/jobs", **RECENT)
        visits = tenant.export("jpm/export/appointments", **RECENT)
        job_row, visit = rows[tenant.native("jobs", job.id)], visits[tenant.native("appointments", job.id)]
        names.append((job_row["jobStatus"], visit["status"]))
    assert names == [
        ("Scheduled", "Scheduled"),
        ("Dispatched", "Dispatched"),
        ("InProgress", "Working"),
        ("Completed", "Done"),
    ]


def test_a_suppressed_invoice_is_inactive_and_its_job_still_names_it() -> None:
    broken = built_world(households=300)
    invoice = settled_invoice(broken)
    invoice.suppressed_at = broken.clock_starts_at - HOUR
    tenant = TenantClient(broken)
    native = tenant.native("invoices", invoice.id)
    assert tenant.export("accounting/export/invoices")[native]["active"] is False
    job = tenant.export("jpm/export/jobs")[tenant.native("jobs", invoice.job_id)]
    assert job["invoiceId"] == native


def test_defects_break_one_equation_each() -> None:
    broken = built_world(households=300)
    invoice = settled_invoice(broken)
    invoice.defect_at = broken.clock_starts_at - HOUR
    for off_lines, off_balance in ((0, 0), (1_234, 0), (0, 4_321)):
        invoice.lines_off_by_cents, invoice.balance_off_by_cents = off_lines, off_balance
        tenant = TenantClient(broken)
        native = tenant.native("invoices", invoice.id)
        row = tenant.export("accounting/export/invoices")[native]
        lines = sum(Decimal(item["total"]) for item in row["items"]) + Decimal(row["salesTax"])
        assert (Decimal(row["total"]) - lines) * 100 == off_lines
        paid = sum(
            Decimal(part["appliedAmount"])
            for payment in tenant.export("accounting/export/payments").values()
            for part in payment["appliedTo"]
            if part["appliedTo"] == native and payment["active"]
        )
        assert (Decimal(row["balance"]) - Decimal(row["total"]) + paid) * 100 == off_balance


def test_an_orphaned_payment_points_nowhere_and_frees_its_invoice() -> None:
    broken = built_world(households=300)
    invoice = settled_invoice(broken)
    payment = next(each for each in broken.payments.values() if each.applied[0][0] == invoice.id)
    payment.orphaned_at = broken.clock_starts_at - HOUR
    before, tenant = TenantClient(built_world(households=300)), TenantClient(broken)
    row = tenant.export("accounting/export/payments")[tenant.native("payments", payment.id)]
    assert (row["appliedTo"], row["unappliedAmount"]) == ([], row["total"])
    native = tenant.native("invoices", invoice.id)
    then, now = (
        Decimal(each.export("accounting/export/invoices")[native]["balance"]) for each in (before, tenant)
    )
    assert (now - then) * 100 == payment.amount_cents


def test_rows_without_a_source_carry_no_campaign() -> None:
    broken = built_world(households=300)
    for record in (*broken.leads.values(), *broken.jobs.values(), *broken.calls.values()):
        record.campaign_id = None
    tenant = TenantClient(broken)
    assert {row["campaignId"] for row in tenant.export("jpm/export/jobs").values()} == {0}
    assert {row["campaignId"] for row in tenant.export("crm/export/leads").values()} == {0}
    assert {row["campaignId"] for row in tenant.export("crm/export/bookings").values()} == {None}
    assert {row["campaign"] for row in tenant.export("telecom/export/calls").values()} == {None}


@pytest.mark.usefixtures("punctual")
def test_balances_are_what_payments_leave(world: World) -> None:
    """On a clean world every invoice owes its total less what is applied to it."""
    tenant = TenantClient(world)
    tenant.clock.advance(100)
    payments = tenant.export("accounting/export/payments", **RECENT)
    paid: dict[int, Decimal] = {}
    for payment in payments.values():
        for part in payment["appliedTo"] if payment["active"] else ():
            paid[part["appliedTo"]] = paid.get(part["appliedTo"], Decimal(0)) + Decimal(part["appliedAmount"])
    for native, row in tenant.export("accounting/export/invoices", **RECENT).items():
        if row["active"]:
            assert Decimal(row["balance"]) == Decimal(row["total"]) - paid.get(native, Decimal(0))


def test_truth_about_a_person_never_leaves(tenant: TenantClient) -> None:
    for name in ("customers", "leads", "bookings", "jobs", "calls"):
        for _, row in tenant.server.expected(name):
            assert not {"household_id", "householdId", "personId", "causeCampaignId"} & row.keys()


def test_a_request_is_known_by_the_row_that_the_vendor_keeps(world: World, tenant: TenantClient) -> None:
    """Online ones are bookings; one booked on the telephone leaves a call and no lead."""
    rows = {
        name: tenant.export(path)
        for name, path in (
            ("booking", "crm/export/bookings"),
            ("lead", "crm/export/leads"),
            ("call", "telecom/export/calls"),
        )
    }
    found = set()
    for lead in world.leads.values():
        if lead.brand_key == BRAND and lead.in_dispatch and lead.created_at < tenant.clock.now() - HOUR:
            native = tenant.native("leads", lead.id)
            found.add(next(name for name in rows if native in rows[name]))
    assert found == {"booking", "lead", "call"}
