"""The root lists: for each its rows, its order and its filters, as data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError

from sandbox.clock import epoch
from sandbox.servers.jobber import money, people, work
from sandbox.servers.jobber.books import Books
from sandbox.servers.jobber.till import Till

Instant = Callable[[Till, Any], int | None]


@dataclass(frozen=True)
class Listing:
    """One root field.

    Attributes:
        name: of the list; `single` is the name of the field that reads one row by id.
        rows: native id -> record.
        order: rows are sorted by it, newest first; None keeps the order of `rows`.
        instants: filters by time: member of the filter -> the time that it looks at.
        words: filters by equality: member -> value of a row.
    """

    name: str
    single: str | None
    rows: Callable[[Till], Mapping[str, Any]]
    payload: Callable[[Till, Any], dict[str, Any]]
    order: Instant | None = None
    instants: Mapping[str, Instant] = field(default_factory=dict)
    words: Mapping[str, Callable[[Till, Any], Any]] = field(default_factory=dict)


def ordered(till: Till, listing: Listing) -> list[tuple[str, Any]]:
    rows = list(listing.rows(till).items())
    if listing.order is None:
        return rows
    order = listing.order
    return sorted(rows, key=lambda pair: (-(order(till, pair[1]) or 0), pair[0]))


def passing(
    till: Till, listing: Listing, rows: list[tuple[str, Any]], wanted: Mapping[str, Any] | None
) -> list[Any]:
    """The records that every member of the filter lets through."""
    tests = [test for name, value in (wanted or {}).items() for test in _tests(till, listing, name, value)]
    return [record for _, record in rows if all(test(record) for test in tests)]


def _tests(till: Till, listing: Listing, name: str, value: Any) -> Iterator[Callable[[Any], bool]]:
    if name in listing.instants:
        instant = listing.instants[name]
        for edge, bound in ((edge, _instant(text)) for edge, text in value.items() if text is not None):
            yield _bounded(till, instant, edge, bound)
    elif name in listing.words:
        word = listing.words[name]
        yield lambda record: word(till, record) == value


def _bounded(till: Till, instant: Instant, edge: str, bound: int) -> Callable[[Any], bool]:
    """Both ends are inclusive, as an integrator has measured."""

    def test(record: Any) -> bool:
        found = instant(till, record)
        if found is None:
            return False
        return found >= bound if edge == "after" else found <= bound if edge == "before" else found == bound

    return test


def _instant(text: str) -> int:
    try:
        return epoch(text.replace("Z", "+00:00"))
    except (ValueError, TypeError):
        raise GraphQLError(f"Could not coerce value {text!r} to ISO8601DateTime") from None


def _of_books(
    render: Callable[[Books, Any], dict[str, Any]],
) -> Callable[[Till, Any], dict[str, Any]]:
    return lambda till, record: render(till.books, record)


def _payments(till: Till) -> dict[str, Any]:
    return {**till.payments, **till.opening_balances}


def _payment(till: Till, record: Any) -> dict[str, Any]:
    if hasattr(record, "paid_at"):
        return money.payment(till, record)
    return money.opening_balance(till, record)


def _entered_at(till: Till, record: Any) -> int:
    if hasattr(record, "paid_at"):
        return till.entered_at(record)
    return till.books.midnight(till.books.day_of(record.created_at))


LISTINGS = (
    Listing(
        "clients",
        "client",
        rows=lambda till: till.books.clients,
        payload=_of_books(people.client),
        order=lambda till, row: till.books.client_modified(row),
        instants={
            "updatedAt": lambda till, row: till.books.client_modified(row),
            "createdAt": lambda till, row: row.created_at,
        },
        words={"isLead": lambda till, row: till.books.is_lead(row)},
    ),
    Listing(
        "requests",
        "request",
        rows=lambda till: till.books.leads,
        payload=_of_books(work.request),
        order=lambda till, row: till.books.request_modified(row),
        instants={
            "updatedAt": lambda till, row: till.books.request_modified(row),
            "createdAt": lambda till, row: row.created_at,
        },
        words={"status": lambda till, row: till.books.request_status(row)},
    ),
    Listing(
        "quotes",
        "quote",
        rows=lambda till: till.books.offers,
        payload=_of_books(work.quote),
        order=lambda till, row: till.books.quote_modified(row),
        instants={
            "updatedAt": lambda till, row: till.books.quote_modified(row),
            "createdAt": lambda till, row: row.estimate.created_at,
        },
        words={"status": lambda till, row: till.books.quote_status(row)},
    ),
    Listing(
        "jobs",
        "job",
        rows=lambda till: till.books.jobs,
        payload=_of_books(work.job),
        order=lambda till, row: till.books.job_modified(row),
        instants={
            "createdAt": lambda till, row: row.booked_at,
            "startAt": lambda till, row: till.books.schedule(row)[0],
            "endAt": lambda till, row: till.books.schedule(row)[1],
            "completedAt": lambda till, row: till.books.closed_at(row),
        },
        words={"status": lambda till, row: till.books.job_status(row)},
    ),
    Listing(
        "visits",
        None,
        rows=lambda till: {
            till.books.id_of("appointments", job.id): job
            for job in till.books.jobs.values()
            if not till.books.come(job.canceled_at)
        },
        payload=_of_books(work.visit),
        instants={
            "createdAt": lambda till, row: row.booked_at,
            "startAt": lambda till, row: till.books.schedule(row)[0],
            "completedAt": lambda till, row: row.completed_at,
        },
        words={"status": lambda till, row: till.books.visit_status(row)},
    ),
    Listing(
        "invoices",
        "invoice",
        rows=lambda till: till.invoices,
        payload=money.invoice,
        order=lambda till, row: till.modified(row),
        instants={
            "updatedAt": lambda till, row: till.modified(row),
            "createdAt": lambda till, row: row.created_at,
        },
        words={"status": lambda till, row: till.status(row)},
    ),
    Listing(
        "paymentRecords",
        None,
        rows=_payments,
        payload=_payment,
        order=_entered_at,
        instants={"entryDate": _entered_at},
        words={"adjustmentType": lambda till, row: _payment(till, row)["adjustmentType"]},
    ),
    Listing(
        "properties",
        None,
        rows=lambda till: till.books.places,
        payload=_of_books(people.place),
        words={"clientId": lambda till, row: row.client_id},
    ),
    Listing(
        "users",
        None,
        rows=lambda till: till.books.technicians,
        payload=_of_books(people.user),
        words={"status": lambda till, row: "DEACTIVATED" if till.books.come(row.left_at) else "ACTIVATED"},
    ),
    Listing(
        "customFieldConfigurations",
        None,
        rows=lambda till: people.field_configurations(till.books),
        payload=_of_books(people.field_configuration),
    ),
)
