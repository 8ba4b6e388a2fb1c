"""A world small enough to be read: one plumbing brand on Housecall Pro, a handful of people, one clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sandbox.world import model

DAY = 86_400


def at(text: str) -> int:
    """Epoch seconds of `2026-10-01 09:00`, UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


NOW = at("2026-11-01 12:00")


def small_world() -> model.World:
    """Ten finished jobs of ten customers, each with lead, contact, call, invoice and payment."""
    world = model.World(7, "Fieldstone", NOW - 400 * DAY, NOW, NOW + 60 * DAY)
    world.brands["bluebird"] = model.Brand(
        "bluebird", "Bluebird Plumbing", ("plumbing",), "America/New_York", "Albany", "NY",
        "housecallpro", "hcp-bluebird", "+12025550100", ("12203", "12204"), (1, 2),
    )  # fmt: skip
    world.campaigns[1] = model.Campaign(
        1,
        "bluebird",
        "Google Search",
        "google_ads",
        "google",
        "cpc",
        "drains",
        "+12025550101",
        world.starts_at,
        True,
    )
    world.campaigns[2] = model.Campaign(
        2, "bluebird", "Yard signs", "direct_mail", None, None, None, None, world.starts_at, True
    )
    world.technicians[1] = model.Technician(1, "bluebird", "Luis", "Ortega", "plumbing", world.starts_at)
    world.job_types[1] = model.JobType(1, "bluebird", "Drain clearing", "plumbing", "repair", 120)
    world.business_units[1] = model.BusinessUnit(1, "bluebird", "Service", "plumbing")
    for number in range(1, 11):
        add_customer(world, number)
        add_job(world, number)
    return world


def add_customer(world: model.World, number: int, **changes: Any) -> model.Customer:
    """Customer, person, household, property and CRM contact, all with the same id."""
    created = NOW - (30 - number) * DAY
    first, last, phone = f"Pat{number}", f"Doe{number}", f"(202) 555-01{number:02d}"
    email = f"pat{number}@example.com"
    world.households[number] = model.Household(number, "residential", (number,), ((number, created, None),))
    world.persons[number] = model.Person(number, number, first, last, (phone,), (email,))
    world.properties[number] = model.Property(
        number, f"{number} Alder St", None, "Albany", "NY", "12203", 42.6, -73.8
    )
    fields = {
        "id": number, "brand_key": "bluebird", "household_id": number, "person_id": number, "first": first,
        "last": last, "company": None, "kind": "residential", "phones": (phone,), "emails": (email,),
        "property_ids": (number,), "created_at": created, "source_name": "Google Search",
    }  # fmt: skip
    world.customers[number] = model.Customer(**(fields | changes))
    world.contacts[number] = model.CrmContact(
        number, number, number, "bluebird", first, last, email, phone, None, f"{number} Alder St", "Albany",
        "NY", "12203", created, number,
    )  # fmt: skip
    return world.customers[number]


def add_job(world: model.World, number: int, **changes: Any) -> model.Job:
    """A completed, invoiced and paid job of customer `number`, its lead and the call that brought it."""
    created = NOW - (30 - number) * DAY
    world.calls[number] = model.Call(
        number, "bluebird", "inbound", f"+120255501{number:02d}", "+12025550101", created, 180, "booked",
        created + 600, 1, number, number, number, "Kim", number, number,
    )  # fmt: skip
    world.leads[number] = model.Lead(
        number, "bluebird", number, number, "form", created, 1, 1, "gclid", f"Pat{number}", f"Doe{number}",
        f"(202) 555-01{number:02d}", f"pat{number}@example.com", f"{number} Alder St", "12203", "plumbing",
        "google", "cpc", "drains", f"EAIaIQ-{number}_AbC", f"https://bluebird.example.com/drains?gclid=EAIaIQ-{number}_AbC",
        None, number, created + 300, created + 600, None, number, number, crm_contact_id=number,
    )  # fmt: skip
    start = created + DAY
    fields = {
        "id": number, "brand_key": "bluebird", "household_id": number, "customer_id": number,
        "property_id": number, "job_type_id": 1, "business_unit_id": 1, "trade": "plumbing",
        "lead_id": number, "call_id": None,
        "campaign_id": 1, "cause_campaign_id": 1, "booked_at": created + 600, "scheduled_start": start,
        "scheduled_end": start + 7200, "dispatched_at": start - 900, "started_at": start,
        "completed_at": start + 5400,
        "canceled_at": None, "canceled_by": None, "total_cents": 20_000, "technician_id": 1,
        "summary": "Cleared drain",
    }  # fmt: skip
    world.jobs[number] = model.Job(**(fields | changes))
    add_invoice(world, number)
    return world.jobs[number]


def add_invoice(world: model.World, number: int, **changes: Any) -> model.Invoice:
    """$200 of work, $5 off, 8 % tax, paid in full an hour after completion."""
    done = NOW - (30 - number) * DAY + DAY + 5400
    day = datetime.fromtimestamp(done, UTC).date().isoformat()
    lines = (
        model.InvoiceLine(number * 10, "Drain clearing", "service", 100, 18_000, 18_000),
        model.InvoiceLine(number * 10 + 1, "Trap", "material", 200, 1_250, 2_500, 700),
        model.InvoiceLine(number * 10 + 2, "Coupon", "discount", 100, -500, -500),
    )
    fields = {
        "id": number, "brand_key": "bluebird", "kind": "job", "job_id": number, "customer_id": number,
        "number": f"INV-{number}", "created_at": done + 60, "invoiced_on": day,
        "lines": lines, "subtotal_cents": 20_000, "tax_cents": 1_600, "total_cents": 21_600,
        "finalized_at": done + 120,
        "sent_at": done + 180,
    }  # fmt: skip
    world.invoices[number] = model.Invoice(**(fields | changes))
    world.payments[number] = model.Payment(
        number, "bluebird", number, done + 3600, 21_600, "credit_card", ((number, 21_600),)
    )
    return world.invoices[number]
