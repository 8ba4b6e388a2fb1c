"""Payloads of what is asked for, offered and done: requests, quotes, jobs with their visits."""

from __future__ import annotations

from functools import partial
from typing import Any

from sandbox.clock import iso
from sandbox.servers.jobber import people
from sandbox.servers.jobber.books import Books
from sandbox.servers.jobber.connections import Reference, paged
from sandbox.servers.jobber.records import Offer
from sandbox.servers.standing import latest
from sandbox.world.model import Job, Lead

# The label of one intake channel is known from a live account; "Internal" for all others is ASSUMED.
SOURCES = {"booking": "Online booking"}
INTERNAL = "Internal"


def moment(books: Books, instant: int | None) -> str | None:
    """An instant that has come, as text; null before it."""
    return iso(instant) if instant is not None and instant <= books.now else None


def planned(instant: int | None) -> str | None:
    """An instant on the calendar, which may lie ahead."""
    return None if instant is None else iso(instant)


def request(books: Books, lead: Lead) -> dict[str, Any]:
    """A request shows what was typed; marketing is a matter of its client."""
    place_id = books.place_id_of(lead)
    return {
        "id": books.id_of("leads", lead.id),
        "title": f"{lead.trade.title()} service",
        "source": SOURCES.get(lead.kind, INTERNAL),
        "requestStatus": books.request_status(lead),
        "companyName": None,
        "contactName": " ".join(filter(None, (lead.first, lead.last))) or None,
        "email": lead.email,
        "phone": lead.phone,
        "client": people.reference(books, books.client_id_of(lead)),
        "property": place_id and Reference(place_id, lambda: people.place(books, books.places[place_id])),
        "assessment": None,
        "jobberWebUri": people.web_uri("requests", books.id_of("leads", lead.id)),
        "createdAt": iso(lead.created_at),
        "updatedAt": iso(books.request_modified(lead)),
    }


def request_reference(books: Books, lead_id: int | None) -> Reference | None:
    if lead_id is None or books.id_of("leads", lead_id) not in books.leads:
        return None
    key = books.id_of("leads", lead_id)
    return Reference(key, lambda: request(books, books.leads[key]))


def quote(books: Books, offer: Offer) -> dict[str, Any]:
    """Quotes of one estimate share its number, which need not be unique; none names its visit."""
    estimate, option = offer.estimate, offer.option
    visit = books.world.jobs[estimate.job_id]
    key = books.id_of("estimates", option.id)
    job = books.jobs_of_option.get(option.id)
    return {
        "id": key,
        "quoteNumber": str(200 + estimate.id),
        "quoteStatus": books.quote_status(offer),
        "title": option.name,
        "client": people.reference(books, books.id_of("customers", books.surviving(visit.customer_id).id)),
        "property": people.place_reference(
            books, books.world.customers[visit.customer_id], visit.property_id
        ),
        "request": None,
        "amounts": {
            "depositAmount": 0.0,
            "discountAmount": 0.0,
            "subtotal": option.subtotal_cents / 100,
            "taxAmount": option.tax_cents / 100,
            "total": (option.subtotal_cents + option.tax_cents) / 100,
        },
        "lineItems": paged([partial(quote_line, books, offer)]),
        "lastTransitioned": {
            "approvedAt": moment(books, option.sold_at),
            "changesRequestedAt": None,
            "convertedAt": moment(books, job.booked_at) if job else None,
        },
        "sentAt": iso(estimate.created_at),
        "transitionedAt": iso(latest(books.now, *books.quote_instants(offer))),
        "jobberWebUri": people.web_uri("quotes", key),
        "createdAt": iso(estimate.created_at),
        "updatedAt": iso(books.quote_modified(offer)),
    }


def quote_line(books: Books, offer: Offer) -> dict[str, Any]:
    price = offer.option.subtotal_cents / 100
    return {
        "id": books.id_of("estimate_lines", offer.option.id),
        "name": offer.option.name,
        "description": "",
        "category": "PRODUCT",
        "quantity": 1.0,
        "unitPrice": price,
        "totalPrice": price,
        "optional": False,
    }


def quote_reference(books: Books, option_id: int | None) -> Reference | None:
    key = books.id_of("estimates", option_id) if option_id is not None else None
    if key is None or key not in books.offers:
        return None
    return Reference(key, lambda: quote(books, books.offers[key]))


def job(books: Books, record: Job) -> dict[str, Any]:
    """`completedAt` is when the office closed the job; when the work ended stands on the visits."""
    start, end = books.schedule(record)
    owner = books.surviving(record.customer_id)
    key = books.id_of("jobs", record.id)
    is_done = books.come(record.completed_at)
    visits = [] if books.come(record.canceled_at) else [partial(visit, books, record)]
    return {
        "id": key,
        "jobNumber": 1_000 + record.id,
        "title": record.summary,
        "jobStatus": books.job_status(record),
        "jobType": "ONE_OFF",
        "total": record.total_cents / 100 if is_done else 0.0,
        "startAt": planned(start),
        "endAt": planned(end),
        "completedAt": moment(books, books.closed_at(record)),
        "client": people.reference(books, books.id_of("customers", owner.id)),
        "property": people.place_reference(
            books, books.world.customers[record.customer_id], record.property_id
        ),
        "quote": quote_reference(books, record.from_estimate_option_id),
        "request": request_reference(books, record.lead_id),
        "customFields": people.job_fields(books, record),
        "visits": paged(visits),
        "jobberWebUri": people.web_uri("jobs", key),
        "createdAt": iso(record.booked_at),
        "updatedAt": iso(books.job_modified(record)),
    }


def visit(books: Books, record: Job) -> dict[str, Any]:
    """There is no `updatedAt`. `visitStatus` is computed from the calendar."""
    start, end = books.schedule(record)
    crew = [] if record.technician_id is None else [books.world.technicians[record.technician_id]]
    key = books.id_of("jobs", record.id)
    return {
        "id": books.id_of("appointments", record.id),
        "title": record.summary,
        "visitStatus": books.visit_status(record),
        "startAt": planned(start),
        "endAt": planned(end),
        "allDay": False,
        "isComplete": books.come(record.completed_at),
        "completedAt": moment(books, record.completed_at),
        "job": Reference(key, lambda: job(books, record)),
        "assignedUsers": paged([partial(people.user, books, member) for member in crew]),
        "createdAt": iso(record.booked_at),
    }
