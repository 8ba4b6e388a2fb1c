"""Payloads of what is offered and done: estimates, jobs, visits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.servers.servicefusion import money, people
from sandbox.servers.servicefusion.books import Books
from sandbox.servers.servicefusion.registry import Offer
from sandbox.servers.servicefusion.wire import dollars, local, midnight
from sandbox.world.model import InvoiceLine, Job


def job(books: Books, record: Job, expand: frozenset[str]) -> dict[str, Any]:
    """A job; what hangs on it only when expanded, one name for each."""
    owner = books.surviving(record.customer_id)
    price = books.ledger.price(record)
    due, paid = books.ledger.job_due(record), books.ledger.job_paid(record)
    slot = when(books, record)
    payload = {
        "id": books.id_of("jobs", record.id),
        "number": str(10_000 + record.id),
        "check_number": None,
        "priority": "Normal",
        "description": record.summary or books.world.job_types[record.job_type_id].name,
        "tech_notes": None,
        "completion_notes": record.summary if books.come(record.completed_at) else None,
        # Only "Unpaid" was ever captured; the other two words are ASSUMED.
        "payment_status": "Unpaid" if paid <= 0 else "Paid" if due <= 0 else "Partial",
        "taxes_fees_total": dollars(price.total_cents),
        "drive_labor_total": 0,
        "billable_expenses_total": 0,
        "total": dollars(price.total_cents),
        "payments_deposits_total": dollars(paid),
        "due_total": dollars(due),
        "cost_total": dollars(sum(line.cost_cents for line in price.lines)),
        "duration": slot["duration"],
        "time_frame_promised_start": slot["time_frame_promised_start"],
        "time_frame_promised_end": slot["time_frame_promised_end"],
        "start_date": slot["start_date"],
        "end_date": None,
        "created_at": books.work_stamp(record.booked_at),
        "updated_at": books.work_stamp(books.job_modified(record)),
        "closed_at": closed_at(books, record),
        "status": books.status(record),
        "sub_status": None,
        **people.site(books, record, owner),
        "category": books.category_name(record.job_type_id),
        "source": books.source_name(record.campaign_id),
        "payment_type": None,
        "customer_payment_terms": None,
        "project": None,
        "phase": None,
        "po_number": None,
        "contract": None,
        "note_to_customer": None,
        "called_in_by": None,
        "is_requires_follow_up": False,
    }
    return payload | expanded(expand, _PARTS_OF_JOB, books, record)


def closed_at(books: Books, record: Job) -> str | int | None:
    """While the job is open: null, 0 or the beginning of time, as integrators met them."""
    closed = books.closed_at(record)
    if closed is not None:
        return books.work_stamp(closed)
    quirk = books.draw("closed_at", record.id)
    return None if quirk < 0.8 else 0 if quirk < 0.9 else midnight("1970-01-01")


def when(books: Books, record: Job) -> dict[str, Any]:
    """The slot in the company's own time: a plain date, clock times, and seconds."""
    begins_at, ends_at = books.schedule(record)
    if begins_at is None or ends_at is None:
        return dict.fromkeys(
            ("start_date", "time_frame_promised_start", "time_frame_promised_end", "duration")
        )
    start = local(begins_at, books.brand.timezone)
    return {
        "start_date": start.date().isoformat(),
        "time_frame_promised_start": start.strftime("%H:%M"),
        # The window in which the technician arrives; the work itself lasts `duration`.
        "time_frame_promised_end": local(begins_at + 2 * 3600, books.brand.timezone).strftime("%H:%M"),
        "duration": ends_at - begins_at,
    }


def visits(books: Books, record: Job, expand: frozenset[str]) -> list[dict[str, Any]]:
    """Without ids, and with a status that was never seen filled."""
    slot = when(books, record)
    if slot["start_date"] is None:
        return []
    visit = {
        "notes_for_techs": None,
        **slot,
        "is_text_notified": True,
        "is_voice_notified": False,
        "status": None,
    }
    if "visits.techs_assigned" in expand:
        visit["techs_assigned"] = crew(books, record)
    return [visit]


def crew(books: Books, record: Job) -> list[dict[str, Any]]:
    if record.technician_id is None:
        return []
    return [people.short_technician(books, books.world.technicians[record.technician_id])]


Part = Callable[[Books, Job, frozenset[str]], Any]

_PARTS_OF_JOB: dict[str, Part] = {
    "agents": lambda books, record, expand: [],
    "custom_fields": lambda books, record, expand: [],
    "techs_assigned": lambda books, record, expand: crew(books, record),
    "notes": lambda books, record, expand: [],
    "products": lambda books, record, expand: money.products(
        books, books.ledger.price(record).lines, record.booked_at
    ),
    "services": lambda books, record, expand: money.services(
        books, books.ledger.price(record).lines, record.booked_at
    ),
    "other_charges": lambda books, record, expand: money.other_charges(books.ledger.price(record).lines),
    "payments": lambda books, record, expand: [
        money.payment(books, payment, invoice_id)
        for payment, invoice_id in books.ledger.payments_of_job.get(record.id, ())
    ],
    "invoices": lambda books, record, expand: [
        money.invoice(books, invoice) for invoice in books.ledger.invoices_of_job.get(record.id, ())
    ],
    "visits": visits,
}
# Expansions that make a page expensive: integrators see 5xx answers to long pages of them.
HEAVY = frozenset({"products", "services", "other_charges"})
EXPANDABLE_JOB = [*_PARTS_OF_JOB, "visits.techs_assigned"]


def expanded(expand: frozenset[str], parts: dict[str, Part], books: Books, record: Job) -> dict[str, Any]:
    return {name: part(books, record, expand) for name, part in parts.items() if name in expand}


def estimate_status(books: Books, offer: Offer) -> str:
    """ASSUMED: no list of an estimate's statuses is documented."""
    if books.come(offer.option.sold_at):
        return "Estimate Won"
    return "Estimate Lost" if books.come(offer.option.declined_at) else "Estimate Provided"


def estimate(books: Books, offer: Offer, expand: frozenset[str]) -> dict[str, Any]:
    """An estimate: like a job, but tied to none."""
    visit = books.world.jobs[offer.estimate.job_id]
    option = offer.option
    owner = books.surviving(visit.customer_id)
    total = option.subtotal_cents + option.tax_cents
    line = InvoiceLine(option.id, option.name, "service", 100, option.subtotal_cents, option.subtotal_cents)
    payload = {
        "id": books.id_of("estimates", option.id),
        "number": str(2_000 + option.id),
        "description": option.name,
        "tech_notes": None,
        "payment_status": None,
        "taxes_fees_total": dollars(total),
        "total": dollars(total),
        "due_total": dollars(total),
        "cost_total": 0,
        "duration": None,
        "time_frame_promised_start": None,
        "time_frame_promised_end": None,
        "start_date": local(offer.estimate.created_at, books.brand.timezone).date().isoformat(),
        "created_at": books.work_stamp(offer.estimate.created_at),
        "updated_at": books.work_stamp(books.estimate_modified(offer)),
        "status": estimate_status(books, offer),
        "sub_status": None,
        **people.site(books, visit, owner),
        "category": books.category_name(visit.job_type_id),
        "source": books.source_name(visit.campaign_id),
        "payment_type": None,
        "customer_payment_terms": None,
        "project": None,
        "phase": None,
        "po_number": None,
        "contract": None,
        "note_to_customer": None,
        "opportunity_rating": None,
        "opportunity_owner": None,
    }
    parts = {
        "products": [],
        "services": money.services(books, (line,), offer.estimate.created_at),
        "other_charges": [],
        "techs_assigned": crew(books, visit),
        "tags": [],
        "payments": [],
        "custom_fields": [],
    }
    return payload | {name: part for name, part in parts.items() if name in expand}


EXPANDABLE_ESTIMATE = ["products", "services", "other_charges", "techs_assigned", "tags", "payments"]
