"""The lists: for each, its rows, its orders and its filters, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.servers.servicefusion import lookups, money, people, work
from sandbox.servers.servicefusion.books import Books
from sandbox.servers.servicefusion.queries import Invalid, Query, day, moment
from sandbox.world.model import Job

Value = Callable[[Books, Any], Any]


@dataclass(frozen=True)
class Listing:
    """One list endpoint.

    Attributes:
        orders: Allowed values of `sort` besides `id`; any other is refused (ASSUMED).
        instants: Filters by instant, with `[gte]` and `[lte]`.
        days: Filters by calendar day.
        names: Filters by equal text, several separated by commas.
    """

    name: str
    path: str
    rows: Callable[[Books], Mapping[int, Any]]
    payload: Callable[[Books, Any, frozenset[str]], dict[str, Any]]
    expandable: tuple[str, ...] = ()
    orders: Mapping[str, Value] = field(default_factory=dict)
    instants: Mapping[str, Value] = field(default_factory=dict)
    days: Mapping[str, Value] = field(default_factory=dict)
    names: Mapping[str, Value] = field(default_factory=dict)
    needs_sort: bool = False

    def ordered(self, books: Books, query: Query) -> list[Any]:
        """All rows that pass the filters, in the order asked for; equal ones by id."""
        rows = [(key, row) for key, row in self.rows(books).items() if self._passes(books, query, row)]
        rows.sort(key=lambda pair: pair[0])
        for name, descending in reversed(query.order):
            if name != "id" and name not in self.orders:
                raise Invalid("sort", f"sort: {name} is not allowed.")
            value = self.orders.get(name)
            rows.sort(
                key=lambda pair, value=value: pair[0] if value is None else value(books, pair[1]),  # type: ignore[misc]
                reverse=descending,
            )
        return [row for _, row in rows]

    def _passes(self, books: Books, query: Query, row: Any) -> bool:
        return all(self._holds(books, row, *condition) for condition in query.filters())

    def _holds(self, books: Books, row: Any, name: str, bound: str | None, text: str) -> bool:
        if name in self.instants and bound:
            return _within(self.instants[name](books, row), moment(name, text), bound)
        if name in self.days and bound:
            return _within(self.days[name](books, row), day(name, text), bound)
        if name in self.names:
            return self.names[name](books, row) in text.split(",")
        return True


def _within(value: Any, edge: Any, bound: str) -> bool:
    if value is None:
        return False
    return bool(value >= edge if bound == "gte" else value <= edge)


def closed(books: Books, row: Job) -> int | None:
    instant = books.closed_at(row)
    return books.work_instant(instant) if instant is not None else None


def _lookup(name: str, path: str, rows: Callable[[Books], Mapping[int, Any]], payload: Any) -> Listing:
    return Listing(name, path, rows, payload)


LISTINGS = (
    Listing(
        "customers",
        "/customers",
        rows=lambda books: books.customers,
        payload=people.customer,
        expandable=("contacts", "contacts.phones", "contacts.emails", "locations", "custom_fields"),
        orders={
            "created_at": lambda books, row: row.created_at,
            "updated_at": lambda books, row: books.customer_modified(row),
            "customer_name": lambda books, row: people.customer_name(row),
        },
        names={"name": lambda books, row: people.customer_name(row)},
    ),
    Listing(
        "jobs",
        "/jobs",
        rows=lambda books: books.jobs,
        payload=work.job,
        expandable=tuple(work.EXPANDABLE_JOB),
        orders={
            "created_at": lambda books, row: row.booked_at,
            "updated_at": lambda books, row: books.job_modified(row),
            "number": lambda books, row: row.id,
        },
        instants={
            "updated_date": lambda books, row: books.work_instant(books.job_modified(row)),
            "closed_date": closed,
        },
        days={"start_date": lambda books, row: work.when(books, row)["start_date"]},
        names={
            "status": lambda books, row: books.status(row),
            "source": lambda books, row: books.source_name(row.campaign_id),
            "category": lambda books, row: books.category_name(row.job_type_id),
            "number": lambda books, row: str(10_000 + row.id),
            "customer_name": lambda books, row: people.customer_name(books.surviving(row.customer_id)),
        },
        needs_sort=True,
    ),
    Listing(
        "estimates",
        "/estimates",
        rows=lambda books: books.estimates,
        payload=work.estimate,
        expandable=tuple(work.EXPANDABLE_ESTIMATE),
        orders={
            "created_at": lambda books, row: row.estimate.created_at,
            "updated_at": lambda books, row: books.estimate_modified(row),
        },
        names={"status": lambda books, row: work.estimate_status(books, row)},
    ),
    Listing(
        "invoices",
        "/invoices",
        rows=lambda books: books.ledger.invoices,
        payload=lambda books, row, expand: money.invoice(books, row),
        orders={
            "created_at": lambda books, row: row.finalized_at,
            "updated_at": lambda books, row: money.invoice_modified(books, row),
        },
    ),
    Listing(
        "techs",
        "/techs",
        rows=lambda books: books.technicians,
        payload=lambda books, row, expand: people.technician(books, row),
        orders={"created_at": lambda books, row: row.hired_at},
    ),
    _lookup(
        "job_statuses",
        "/job-statuses",
        lambda books: {status.id: status for status in lookups.STATUSES},
        lambda books, row, expand: lookups.job_status(row._replace(name=books.status_name(row.code))),
    ),
    _lookup(
        "job_categories",
        "/job-categories",
        lambda books: books.categories,
        lambda books, row, expand: {"id": row[0], "name": row[1]},
    ),
    _lookup(
        "sources",
        "/sources",
        lambda books: books.sources,
        lambda books, row, expand: {"id": row[0], "short_name": row[1], "long_name": row[1]},
    ),
    _lookup(
        "payment_types",
        "/payment-types",
        lambda books: {int(key): row for key, row in lookups.payment_types().items()},
        lambda books, row, expand: row,
    ),
)
