"""The lists: for each, its rows, its orders and its filters, as data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.servers.housecallpro import money, people, work
from sandbox.servers.housecallpro.books import Books
from sandbox.servers.housecallpro.queries import Query
from sandbox.world.model import Customer, Invoice, Job

Predicate = Callable[[Any], bool]

# The filter's words for a job's status are not the body's.
WORK_STATUSES = {
    "unscheduled": frozenset({"needs scheduling"}),
    "scheduled": frozenset({"scheduled"}),
    "in_progress": frozenset({"in progress"}),
    "completed": frozenset({"complete rated", "complete unrated"}),
    "canceled": frozenset({"user canceled", "pro canceled"}),
}
INVOICE_STATUSES = frozenset({"open", "pending_payment", "paid", "voided", "uncollectible", "canceled"})
PAYMENT_METHODS = frozenset({"consumer_financing", "credit_card", "ach", "external", "mobile_check_deposit"})


@dataclass(frozen=True)
class Listing:
    """One list endpoint. An order that is not among `orders` falls back to `created_at` (ASSUMED)."""

    name: str
    path: str
    rows: Callable[[Books], dict[str, Any]]
    payload: Callable[[Books, Any, frozenset[str]], dict[str, Any]]
    orders: dict[str, Callable[[Books, Any], Any]] = field(default_factory=dict)
    filters: Callable[[Books, Query], Iterator[Predicate]] = lambda books, query: iter(())
    array_complaint: int = 400


def slot_filters(books: Books, query: Query, visit_of: Callable[[Any], Job]) -> Iterator[Predicate]:
    """Filters that jobs and estimates share. They look at the job's slot, never at single appointments."""
    yield from bounds(query, "scheduled_start", lambda row: books.schedule(visit_of(row))[0])
    yield from bounds(query, "scheduled_end", lambda row: books.schedule(visit_of(row))[1])
    statuses = query.array("work_status", frozenset(WORK_STATUSES))
    if statuses is not None:
        wanted = frozenset().union(*(WORK_STATUSES[status] for status in statuses))
        yield lambda row: books.work_status(visit_of(row)) in wanted
    employees = query.array("employee_ids")
    if employees is not None:
        yield lambda row: technician_id(books, visit_of(row)) in employees
    customer_id = query.text("customer_id")
    if customer_id is not None:
        yield lambda row: customer_id_of(books, visit_of(row)) == customer_id


def bounds(query: Query, name: str, value: Callable[[Any], int | None]) -> Iterator[Predicate]:
    """`<name>_min` and `<name>_max`, both inclusive."""
    low, high = query.instant(f"{name}_min"), query.instant(f"{name}_max")
    if low is not None:
        yield lambda row: (found := value(row)) is not None and found >= low
    if high is not None:
        yield lambda row: (found := value(row)) is not None and found <= high


def technician_id(books: Books, job: Job) -> str | None:
    return books.id_of("technicians", job.technician_id) if job.technician_id is not None else None


def customer_id_of(books: Books, job: Job) -> str:
    return books.id_of("customers", books.surviving(job.customer_id).id)


def customer_filters(books: Books, query: Query) -> Iterator[Predicate]:
    """`q` looks into name, e-mail and mobile number, loosely."""
    needle = (query.text("q") or "").lower()
    if needle:
        yield lambda row: needle in searchable(row)


def searchable(row: Customer) -> str:
    phones = (people.digits(phone) or "" for phone in row.phones)
    return " ".join((row.first or "", row.last or "", row.company or "", *row.emails, *phones)).lower()


def job_filters(books: Books, query: Query) -> Iterator[Predicate]:
    return slot_filters(books, query, lambda job: job)


def estimate_filters(books: Books, query: Query) -> Iterator[Predicate]:
    return slot_filters(books, query, lambda estimate: books.world.jobs[estimate.job_id])


def lead_filters(books: Books, query: Query) -> Iterator[Predicate]:
    """`status` is a plain value here, unlike on jobs and invoices."""
    status, source = query.text("status"), query.text("lead_source")
    if status is not None:
        yield lambda row: books.lead_status(row) == status
    if source is not None:
        yield lambda row: books.campaign_name(row.campaign_id, row.created_at) == source


def invoice_filters(books: Books, query: Query) -> Iterator[Predicate]:
    """By instants that no payload shows, too: that is how invoices can be pulled in steps at all."""
    statuses = query.array("status", INVOICE_STATUSES)
    if statuses is not None:
        yield lambda row: books.invoice_status(row) in statuses
    customers = query.array("customer_uuid")
    if customers is not None:
        yield lambda row: invoice_customer(books, row) in customers
    methods = query.array("payment_method", PAYMENT_METHODS)
    if methods is not None:
        yield lambda row: any(paid.method in methods for paid, _ in books.applied.get(row.id, ()))
    yield from bounds(query, "created_at", lambda row: row.created_at)
    yield from bounds(query, "paid_at", books.invoice_paid_at)
    yield from bounds(query, "due_at", lambda row: row.finalized_at if books.is_final(row) else None)
    low, high = query.number("amount_due_min"), query.number("amount_due_max")
    if low is not None:
        yield lambda row: books.invoice_due(row) >= low
    if high is not None:
        yield lambda row: books.invoice_due(row) <= high


def invoice_customer(books: Books, row: Invoice) -> str:
    return books.id_of("customers", books.surviving(row.customer_id).id)


def name_filter(parameter: str) -> Callable[[Books, Query], Iterator[Predicate]]:
    """`q` on lead sources, `name` on job types."""

    def filters(books: Books, query: Query) -> Iterator[Predicate]:
        needle = (query.text(parameter) or "").lower()
        if needle:
            yield lambda row: needle in row.name.lower()

    return filters


def zone_filters(books: Books, query: Query) -> Iterator[Predicate]:
    postal_code = query.text("zip_code")
    if postal_code is not None:
        yield lambda row: postal_code in row.service_zips


def job_types(books: Books) -> dict[str, Any]:
    kinds = (kind for kind in books.world.job_types.values() if kind.brand_key in books.brand_keys)
    return {books.id_of("job_types", kind.id): kind for kind in kinds}


def service_zones(books: Books) -> dict[str, Any]:
    return {books.id_of("service_zones", 1): books.brand}


def service_zone(books: Books, brand: Any) -> dict[str, Any]:
    return {
        "id": books.id_of("service_zones", 1),
        "name": brand.city,
        "coverage_type": "zip_code",
        "trip_charge": 0,
        "fee_name": "Trip charge",
        "zip_codes": list(brand.service_zips),
        "cities": [{"city": brand.city, "state": brand.state, "country": "US"}],
        "service_pros": [],
    }


CUSTOMERS = Listing(
    "customers",
    "/customers",
    rows=lambda books: books.customers,
    payload=people.customer,
    orders={
        "created_at": lambda books, row: row.created_at,
        "updated_at": lambda books, row: books.customer_modified(row),
        "first_name": lambda books, row: row.first,
        "last_name": lambda books, row: row.last,
    },
    filters=customer_filters,
)
JOBS = Listing(
    "jobs",
    "/jobs",
    rows=lambda books: books.jobs,
    payload=work.job,
    orders={
        "created_at": lambda books, row: row.booked_at,
        "updated_at": lambda books, row: books.job_modified(row),
        "invoice_number": lambda books, row: books.job_number(row),
        "id": lambda books, row: books.id_of("jobs", row.id),
        "description": lambda books, row: row.summary,
        "work_status": lambda books, row: books.work_status(row),
    },
    filters=job_filters,
)
ESTIMATES = Listing(
    "estimates",
    "/estimates",
    rows=lambda books: books.estimates,
    payload=work.estimate,
    orders={
        "created_at": lambda books, row: row.created_at,
        "updated_at": lambda books, row: books.estimate_modified(row),
        "id": lambda books, row: books.id_of("estimates", row.id),
    },
    filters=estimate_filters,
)
LEADS = Listing(
    "leads",
    "/leads",
    rows=lambda books: books.leads,
    payload=lambda books, row, expand: work.lead(books, row),
    orders={
        "created_at": lambda books, row: row.created_at,
        "updated_at": lambda books, row: books.lead_modified(row),
        "id": lambda books, row: books.id_of("leads", row.id),
        "status": lambda books, row: books.lead_status(row),
    },
    filters=lead_filters,
)
INVOICES = Listing(
    "invoices",
    "/invoices",
    rows=lambda books: books.invoices,
    payload=lambda books, row, expand: money.invoice(books, row),
    orders={
        "created_at": lambda books, row: row.created_at,
        "updated_at": lambda books, row: books.invoice_modified(row),
        "amount": lambda books, row: books.invoice_total(row),
        "due_amount": lambda books, row: books.invoice_due(row),
        "due_at": lambda books, row: row.finalized_at,
        "invoice_number": lambda books, row: money.invoice_number(books, row),
        "paid_at": lambda books, row: books.invoice_paid_at(row),
        "sent_at": lambda books, row: row.sent_at,
        "status": lambda books, row: books.invoice_status(row),
    },
    filters=invoice_filters,
    array_complaint=422,
)
EMPLOYEES = Listing(
    "employees",
    "/employees",
    rows=lambda books: books.employees,
    payload=lambda books, row, expand: people.employee(books, row),
    orders={
        "created_at": lambda books, row: row.hired_at,
        "first_name": lambda books, row: row.first,
        "last_name": lambda books, row: row.last,
    },
)
LEAD_SOURCES = Listing(
    "lead_sources",
    "/lead_sources",
    rows=lambda books: books.lead_sources,
    payload=lambda books, row, expand: {"id": row.id, "name": row.name, "editable": True},
    orders={"created_at": lambda books, row: row.name},
    filters=name_filter("q"),
)
JOB_TYPES = Listing(
    "job_types",
    "/job_fields/job_types",
    rows=job_types,
    payload=lambda books, row, expand: {"id": books.id_of("job_types", row.id), "name": row.name},
    orders={"created_at": lambda books, row: row.id},
    filters=name_filter("name"),
)
SERVICE_ZONES = Listing(
    "service_zones",
    "/service_zones",
    rows=service_zones,
    payload=lambda books, row, expand: service_zone(books, row),
    orders={"created_at": lambda books, row: row.key},
    filters=zone_filters,
)
LISTINGS = (
    CUSTOMERS,
    JOBS,
    ESTIMATES,
    LEADS,
    INVOICES,
    EMPLOYEES,
    LEAD_SOURCES,
    JOB_TYPES,
    SERVICE_ZONES,
)
