"""Payloads of what is asked for, offered and done: leads, estimates, jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.clock import iso
from sandbox.servers.housecallpro import people
from sandbox.servers.housecallpro.books import Books
from sandbox.world.model import Estimate, EstimateOption, Invoice, Job, Lead

ARRIVAL_WINDOWS = (60, 120, 240)


def moment(books: Books, instant: int | None) -> str | None:
    """An instant that has come, as text; null before it."""
    return iso(instant) if instant is not None and instant <= books.now else None


def planned(instant: int | None) -> str | None:
    """An instant on the calendar, which may lie ahead."""
    return None if instant is None else iso(instant)


def job(books: Books, record: Job, expand: frozenset[str] = frozenset()) -> dict[str, Any]:
    """A job; attachments and appointments only when expanded."""
    owner = books.surviving(record.customer_id)
    option = record.from_estimate_option_id
    total, balance, subtotal = amounts(books, record)
    modified_at = books.job_modified(record)
    payload = {
        "id": books.id_of("jobs", record.id),
        "invoice_number": books.job_number(record),
        "description": record.summary or books.world.job_types[record.job_type_id].name,
        "customer": people.embedded_customer(books, owner, modified_at),
        "address": people.address(books, owner, books.world.properties[record.property_id]),
        "notes": notes(books, record),
        "work_status": books.work_status(record),
        "work_timestamps": {
            "on_my_way_at": moment(books, record.dispatched_at),
            "started_at": moment(books, record.started_at),
            "completed_at": moment(books, record.completed_at),
        },
        "schedule": schedule(books, record, with_appointments="appointments" in expand),
        "total_amount": total,
        "outstanding_balance": balance,
        "subtotal": subtotal,
        "assigned_employees": crew(books, record),
        "tags": tags(record),
        # The id of an estimate *option*; a top-level estimate has another prefix and another id.
        "original_estimate_id": books.id_of("estimate_options", option) if option is not None else None,
        "original_estimate_uuids": [books.id_of("estimate_options", option)] if option is not None else [],
        "lead_source": books.campaign_name(record.campaign_id, record.booked_at),
        "job_fields": fields(books, record),
        "locked_at": None,
        "created_at": iso(record.booked_at),
        "updated_at": iso(modified_at),
        "canceled_at": moment(books, record.canceled_at) if record.canceled_by != "pro" else None,
        "deleted_at": moment(books, record.canceled_at) if record.canceled_by == "pro" else None,
        **people.stamp(books),
        "recurrence_number": 1 if record.membership_id is not None else None,
        "recurrence_rule": "FREQ=YEARLY;INTERVAL=1" if record.membership_id is not None else None,
    }
    if "attachments" in expand:
        payload["attachments"] = []
    return payload


def amounts(books: Books, record: Job) -> tuple[int, int, int]:
    """(total with tax, outstanding balance, subtotal) in cents; nothing is known before the work is done."""
    if not books.come(record.completed_at):
        return 0, 0, 0
    invoices = books.invoices_of_job.get(record.id, ())
    tax = sum(invoice.tax_cents for invoice in invoices if counts_for_job(books, invoice))
    total = record.total_cents + tax
    balance = sum(books.invoice_due(invoice) for invoice in invoices) if invoices else total
    return total, balance, record.total_cents


def counts_for_job(books: Books, invoice: Invoice) -> bool:
    return invoice.kind == "job" and books.is_final(invoice) and not books.come(invoice.voided_at)


def schedule(books: Books, record: Job, *, with_appointments: bool) -> dict[str, Any]:
    """The job's slot. `appointments` is absent, not empty, unless asked for."""
    start, end = books.schedule(record)
    window = ARRIVAL_WINDOWS[record.id % len(ARRIVAL_WINDOWS)] if start is not None else 0
    payload: dict[str, Any] = {
        "scheduled_start": planned(start),
        "scheduled_end": planned(end),
        "arrival_window": window,
    }
    if with_appointments:
        payload["appointments"] = [] if start is None else [appointment(books, record, start, end, window)]
    return payload


def appointment(books: Books, record: Job, start: int, end: int | None, window: int) -> dict[str, Any]:
    local = datetime.fromtimestamp(start, ZoneInfo(books.brand.timezone))
    technicians = [] if record.technician_id is None else [record.technician_id]
    return {
        "id": books.id_of("appointments", record.id),
        "start_date": local.date().isoformat(),
        "start_time": iso(start),
        "end_time": planned(end),
        "anytime": False,
        "arrival_window_minutes": window,
        "dispatched_employees_ids": [books.id_of("technicians", one) for one in technicians],
    }


def crew(books: Books, record: Job) -> list[dict[str, Any]]:
    """Full employee objects, also of one who has left and is no longer listed under `/employees`."""
    if record.technician_id is None:
        return []
    return [people.employee(books, books.world.technicians[record.technician_id])]


def notes(books: Books, record: Job) -> list[dict[str, str]]:
    """Written by the technician on leaving; does not move `updated_at` by itself."""
    if record.summary is None or not books.come(record.completed_at):
        return []
    return [{"id": books.id_of("notes", record.id), "content": record.summary}]


def tags(record: Job) -> list[str]:
    """Where the office leaves what the vendor has no field for."""
    return [
        *(["callback"] if record.recall_of_id is not None else []),
        *(["no charge"] if record.is_no_charge else []),
        *(["member"] if record.membership_id is not None else []),
    ]


def fields(books: Books, record: Job) -> dict[str, Any]:
    kind = books.world.job_types[record.job_type_id]
    unit = books.world.business_units.get(record.business_unit_id)
    return {
        "job_type": {"id": books.id_of("job_types", kind.id), "name": kind.name},
        "business_unit": unit and {"id": books.id_of("business_units", unit.id), "name": unit.name},
    }


def estimate(books: Books, record: Estimate, expand: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Without a top-level amount: options are alternatives, and adding them up overstates the value."""
    visit = books.world.jobs[record.job_id]
    owner = books.surviving(visit.customer_id)
    start, end = books.schedule(visit)
    number = str(2_000 + record.id)
    modified_at = books.estimate_modified(record)
    return {
        "id": books.id_of("estimates", record.id),
        "estimate_number": number,
        # An estimate is never rated; the visit is.
        "work_status": books.work_status(visit).replace("complete rated", "complete unrated"),
        "lead_source": books.campaign_name(visit.campaign_id, visit.booked_at),
        "customer": people.embedded_customer(books, owner, modified_at),
        "address": people.address(books, owner, books.world.properties[visit.property_id]),
        "created_at": iso(record.created_at),
        "updated_at": iso(modified_at),
        **people.stamp(books),
        "work_timestamps": {
            "on_my_way_at": moment(books, visit.dispatched_at),
            "started_at": moment(books, visit.started_at),
            "completed_at": moment(books, visit.completed_at),
        },
        "schedule": {
            "scheduled_start": planned(start),
            "scheduled_end": planned(end),
            "arrival_window": 0,
            "appointments": [],
        },
        "assigned_employees": crew(books, visit),
        "estimate_fields": {"job_type": fields(books, visit)["job_type"], "business_unit": None},
        "options": [
            estimate_option(books, record, option, f"{number}-{position}", expand)
            for position, option in enumerate(record.options, start=1)
        ],
    }


def estimate_option(
    books: Books, parent: Estimate, option: EstimateOption, number: str, expand: frozenset[str]
) -> dict[str, Any]:
    """The decision sits here, not on the estimate. Undecided is null or "awaiting response"."""
    approval: str | None
    if books.come(option.sold_at):
        approval = "approved" if books.draw("approver", option.id) < 0.7 else "pro approved"
        status = "created job from estimate" if books.jobs_of_option.get(option.id) else "open"
    elif books.come(option.declined_at):
        approval, status = "declined", "canceled"
    else:
        approval = "awaiting response" if books.draw("sent", option.id) < 0.8 else None
        status = "open"
    decided = [i for i in (option.sold_at, option.declined_at) if i is not None and i <= books.now]
    payload = {
        "id": books.id_of("estimate_options", option.id),
        "name": option.name,
        "option_number": number,
        "total_amount": option.subtotal_cents + option.tax_cents,
        "approval_status": approval,
        "status": status,
        "message_from_pro": None,
        "tags": [],
        "notes": [],
        "created_at": iso(parent.created_at),
        "updated_at": iso(max([parent.created_at, *decided])),
    }
    if "attachments" in expand:
        payload["attachments"] = []
    return payload


def lead(books: Books, record: Lead) -> dict[str, Any]:
    """Without `created_at` and `updated_at`. UTM values and click ids sit in tags, if anywhere."""
    job_record = books.converted_job(record)
    owner = None
    if record.customer_id is not None and books.world.customers[record.customer_id].created_at <= books.now:
        owner = books.surviving(record.customer_id)
    return {
        "id": books.id_of("leads", record.id),
        "number": record.id,
        "customer": (
            people.embedded_customer(books, owner, books.now) if owner else people.prospect(books, record)
        ),
        "address": lead_address(books, record),
        "assigned_employee": None,
        "conversions": [{"id": books.id_of("jobs", job_record.id), "type": "Job"}] if job_record else [],
        "job_fields": {"business_unit_uuid": None, "job_type_uuid": None},
        "lead_source": books.campaign_name(record.campaign_id, record.created_at),
        "lost_at": moment(books, record.lost_at) if job_record is None else None,
        "pipeline_status": None,
        "status": books.lead_status(record),
        "tags": lead_tags(record),
        "total_amount": 0,
        **people.stamp(books),
    }


def lead_address(books: Books, record: Lead) -> dict[str, Any] | None:
    """As the requester typed it: often a street and a ZIP, nothing else."""
    if record.street is None and record.zip is None:
        return None
    return {
        "id": books.id_of("locations", "lead", record.id),
        "type": "service",
        "street": record.street,
        "street_line_2": None,
        "city": None,
        "state": None,
        "zip": record.zip,
        "country": None,
    }


def lead_tags(record: Lead) -> list[str]:
    """There is no field for any of these; the practice is a tag of the form `name:value`."""
    named = {
        "gclid": record.gclid,
        "fbclid": record.fbclid,
        "msclkid": record.msclkid,
        "utm_source": record.utm_source,
        "utm_medium": record.utm_medium,
        "utm_campaign": record.utm_campaign,
    }
    return [f"{name}:{value}" for name, value in named.items() if value and record.campaign_id is not None]
